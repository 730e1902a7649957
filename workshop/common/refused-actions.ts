/** Actions of the Educates workshop format that are not done here, and what an author can do about each. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ...refused("Remove the block, or say in the text what is to be done instead", "editor:execute-command"),
  ...refused(
    "Use the terminals of the page: `terminal:select`, `terminal:interrupt`, `terminal:clear`, `terminal:execute`",
    "editor:open-terminal editor:close-terminal editor:interrupt-terminal editor:clear-terminal editor:send-to-terminal",
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
