/** Programs that show themselves on the whole screen until a person leaves them. */
const PROGRAMS = new Set(
  "vi vim nvim view nano pico emacs micro less more most man top htop btop k9s visudo".split(" "),
);
/** What opens an editor for what it is about. */
const EDITS = /^(?:kubectl|k|oc)(?:\s+-\S+(?:\s+[^-\s]\S*)?)*?\s+edit\s|^crontab\s+-e\b/;
/** Words before a program that change nothing of what it is. */
const BEFORE = /^(?:(?:sudo|exec|command|[A-Za-z_]\w*=\S*)\s+)+/;

/** Whether the last command of a text opens a program that a person leaves by its keys, and Ctrl-C does not end. */
export function isLeftByHand(text: string): boolean {
  const last =
    text
      .trim()
      .split(/[\n;|]|&&/)
      .at(-1)
      ?.trim()
      .replace(BEFORE, "") ?? "";
  return PROGRAMS.has(last.split(/\s/, 1)[0] ?? "") || EDITS.test(`${last} `);
}
