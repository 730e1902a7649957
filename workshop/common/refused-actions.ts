/** Actions of the Educates workshop format that are not done here, and what an author can do about each. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ...refused(
    "Show the file by a command, such as `cat FILE`, or say in the text where to look",
    "editor:open-file editor:select-matching-text editor:select-lines-in-range editor:select-yaml-path",
  ),
  ...refused(
    "Write the file by a command, such as `cat > FILE <<'END'`, or bring it among the files of the lab",
    "editor:create-file editor:append-lines-to-file editor:prepend-lines-to-file",
  ),
  ...refused("Make the folder by a command: `mkdir -p FOLDER`", "editor:create-directory"),
  ...refused(
    "Change the text by a command, such as `sed -i 's/OLD/NEW/' FILE`",
    "editor:replace-text-selection editor:delete-text-selection editor:replace-matching-text editor:insert-lines-before-selection editor:append-lines-after-selection editor:insert-lines-before-line editor:append-lines-after-line editor:insert-lines-after-line editor:append-lines-after-match editor:insert-lines-before-match editor:delete-lines-in-range editor:delete-matching-lines editor:replace-lines-in-range",
  ),
  ...refused(
    "Change the YAML by a command: `kubectl patch --local -f FILE -p PATCH -o yaml` for manifests, `sed` for the rest",
    "editor:set-yaml-value editor:add-yaml-item editor:insert-yaml-item editor:replace-yaml-item editor:merge-yaml-values editor:delete-yaml-value editor:insert-value-into-yaml",
  ),
  ...refused("Copy the file by a command: `cp FROM TO`", "editor:copy-file"),
  ...refused("Rename the file by a command: `mv FROM TO`", "editor:rename-file"),
  ...refused("Remove the file by a command: `rm FILE`", "editor:delete-file"),
  ...refused("Remove the block: there is no editor to close a file in", "editor:close-file"),
  ...refused("Remove the block, or say in the text what is to be done instead", "editor:execute-command"),
  ...refused(
    "Use the terminals of the page: `terminal:select`, `terminal:interrupt`, `terminal:clear`, `terminal:execute`",
    "editor:open-terminal editor:close-terminal editor:interrupt-terminal editor:clear-terminal editor:send-to-terminal",
  ),
  ...refused(
    'Check it by words behind an action: `exit=`, `match=`, `until="CONDITION"`, or run the test as a command',
    "examiner:execute-test",
  ),
  ...refused(
    "Show the file by a command, such as `cat FILE`, for learners to copy",
    "files:download-file files:copy-file",
  ),
  ...refused(
    "Have learners write the file by a command, such as `cat > FILE <<'END'`",
    "files:upload-file files:upload-files",
  ),
]);

function refused(instead: string, names: string): [string, string][] {
  return names.split(" ").map((name) => [name, instead]);
}

/** The words of the actions that are refused by name. */
export const REFUSED_ACTIONS: readonly string[] = [...REFUSED.keys()];

/** What to do instead of an action of the Educates workshop format that Lectern does not do; nothing for all others. */
export function insteadOf(word: string): string | undefined {
  return REFUSED.get(word);
}
