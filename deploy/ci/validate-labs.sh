#!/usr/bin/env bash
# Lints and replays labs, one after the other, whatever becomes of the one before: validate-labs.sh LAB...
# Writes NAME.xml (JUnit), the recordings of NAME's terminals and the objects of its namespace where a step failed into $LECTERN_REPORTS; $LECTERN_VALIDATE_OPTIONS are options of `lectern validate` besides.
# Ends with the highest status of `lectern lint` and `lectern validate`: 0 all passed, 1 a step failed or a page has an error, 2 a lab cannot be read, 3 the
# platform failed, 4 the time was over.
set -uo pipefail

lectern="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
reports="${LECTERN_REPORTS:-lectern-reports}"
# On one line or several; a reader that looks for the end of the text always says that it came to it.
read -rd '' -a options <<<"${LECTERN_VALIDATE_OPTIONS:-}" || :
format=terminal
[ "${GITHUB_ACTIONS:-}" = true ] && format=github

if [ $# = 0 ]; then
  echo "validate-labs.sh: expected the folders of labs, got none. Name them: validate-labs.sh labs/intro labs/policies" >&2
  exit 2
fi
mkdir -p "$reports" || exit 3
if [ ! -f "$lectern/dist/server/cli/lectern.js" ]; then
  (cd "$lectern" && npm ci --no-audit --no-fund) >"$reports/install.log" 2>&1 || {
    tail -n 20 "$reports/install.log" >&2
    echo "validate-labs.sh: Lectern could not be installed in $lectern; all of npm's output is in $reports/install.log" >&2
    exit 3
  }
fi

worst=0
# Of two labs whose folders have one name, the second is kept under a number of its own.
report_of() {
  local name number=2
  name="$(basename "$(realpath -m "$1")")"
  local free="$name"
  while [ -e "$reports/$free.xml" ]; do free="$name-$((number++))"; done
  printf '%s' "$free"
}
remember() { [ "$1" -le "$worst" ] || worst=$1; }

for lab in "$@"; do
  name="$(report_of "$lab")"
  printf '== %s\n' "$lab"
  node "$lectern/bin/lectern.js" lint "$lab" --format "$format" || remember $?
  node "$lectern/bin/lectern.js" validate "$lab" --reporter junit --out "$reports/$name.xml" \
    --recordings "$reports/$name-recordings" ${options[@]+"${options[@]}"} || remember $?
done
exit "$worst"
