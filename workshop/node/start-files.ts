import { basename, join } from "node:path";
import type { RegularFile } from "../../terminal/common/session-host.js";
import type { Lab, ShellStart } from "../common/lab.js";
import { isReallyWithin } from "./lab-path.js";
import { readRegularFile } from "./regular-file.js";

/** Folder of the home in which a session keeps what its shells begin with, and says what became of it. */
const START_FOLDER = ".local/share/workshop";
/** Programs that set the home up. */
const SET_UP = `${START_FOLDER}/setup.d`;
/** Lines `NAME=value` that those add for the shells. */
const ADDED_VARIABLES = `${START_FOLDER}/environment`;
/** What the programs that set the home up have written. */
export const SET_UP_LOG = `${START_FOLDER}/setup-scripts.log`;
/** A sentence for each of them that failed; not there where none did. */
export const SET_UP_FAILURES = `${START_FOLDER}/setup-scripts.failed`;

/** What the shells of a lab read, and what runs before them, as files of the home; none where the lab says nothing of them. */
export async function* startFiles({ shells, source }: Lab): AsyncIterable<RegularFile> {
  if (shells === undefined || !isNeeded(shells)) return;
  for (const [folder, files] of [
    [SET_UP, shells.setUp],
    [`${START_FOLDER}/profile.d`, shells.profiles],
  ] as const)
    for (const file of files) yield await copyOf(join(source.folder, file), `${folder}/${basename(file)}`);
  yield { path: ".bashrc", content: await startUpFile(shells, source.homeFiles) };
}

function isNeeded({ folder, profiles, setUp }: ShellStart): boolean {
  return folder !== undefined || profiles.length > 0 || setUp.length > 0;
}

async function copyOf(file: string, path: string): Promise<RegularFile> {
  return { path, ...(await readRegularFile(file)) };
}

/** What bash reads when it begins: the lab's own file first, if it brings one. */
async function startUpFile(shells: ShellStart, home: string | undefined): Promise<string> {
  const own = home === undefined ? "" : await ownStartUpFile(home);
  const profiles = shells.profiles.map(
    (file) => `. ~/${quoted(`${START_FOLDER}/profile.d/${basename(file)}`)}`,
  );
  const lines = [
    ...(shells.setUp.length > 0
      ? [
          `set -a; [ -r ~/${ADDED_VARIABLES} ] && . ~/${ADDED_VARIABLES}; set +a`,
          `[ -r ~/${SET_UP_FAILURES} ] && cat ~/${SET_UP_FAILURES}`,
        ]
      : []),
    ...profiles,
    ...(shells.folder === undefined
      ? []
      : [
          `[ "$SHLVL" = 1 ] && [ -d ~/${quoted(shells.folder)} ] && cd -- ~/${quoted(shells.folder)} && unset OLDPWD`,
        ]),
  ];
  return `${own}\n${lines.join("\n")}\n`;
}

/** A link may be a `.bashrc` of the home as well, but not one that leads to files of the server. */
async function ownStartUpFile(home: string): Promise<string> {
  const path = join(home, ".bashrc");
  if (!(await isReallyWithin(home, path))) return "";
  return readRegularFile(path).then(
    ({ content }) => content.toString("utf8"),
    () => "",
  );
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/**
 * A program for bash that runs what sets the home up, in order, each with its output in a log. It ends with status 0: what failed is
 * written down, and every shell that begins shows it.
 */
export const SET_UP_PROGRAM = `cd ~
rm -f ${SET_UP_FAILURES}
export WORKSHOP_ENV=~/${ADDED_VARIABLES}
touch "$WORKSHOP_ENV"
for program in ${SET_UP}/*; do
  [ -f "$program" ] || continue
  case $program in *.sh) set -- bash "$program" ;; *) [ -x "$program" ] || continue; set -- "$program" ;; esac
  set -a; . "$WORKSHOP_ENV"; set +a
  "$@" </dev/null >>${SET_UP_LOG} 2>&1 ||
    echo "The lab's set-up \${program##*/} failed with status $?; ~/${SET_UP_LOG} says more." >>${SET_UP_FAILURES}
done
true`;

/** Shown by every shell where the programs did not end in time. */
export function lateSetUp(seconds: number): RegularFile {
  const content = `The lab's set-up took longer than ${seconds} s and was ended; ~/${SET_UP_LOG} says more.\n`;
  return { path: SET_UP_FAILURES, content };
}
