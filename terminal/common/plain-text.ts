/** Characters of a command's output handed on; the last ones, because that is where errors stand. */
export const OUTPUT_LIMIT = 65_536;

// oxlint-disable-next-line no-control-regex
const STRINGS = /\u001b[\]PX^_][\s\S]*?(?:\u0007|\u001b\\|$)/g;
// oxlint-disable-next-line no-control-regex
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[ -/]+[0-~]|[0-Z\\^-~])/g;
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0007\u000b-\u000c\u000e-\u001f\u007f]/g;

// oxlint-disable-next-line no-control-regex
const ERASED = /[^\u0008]\u0008/g;
// oxlint-disable-next-line no-control-regex
const LEADING = /^\u0008+/;

/** What a person would read of raw terminal output: no escape sequences, overwritten lines as they ended. */
export function plainText(raw: string): { text: string; truncated: boolean } {
  const lines = raw
    .replace(STRINGS, "")
    .replace(SEQUENCES, "")
    .replace(CONTROLS, "")
    .replace(/\r+\n/g, "\n")
    .split("\n")
    .map((line) => overwrite(line));
  const text = lines.join("\n");
  return { text: text.slice(-OUTPUT_LIMIT), truncated: text.length > OUTPUT_LIMIT };
}

function overwrite(line: string): string {
  let out = "";
  for (const part of line.split("\r")) out = part + out.slice(part.length);
  while (out.includes("\b")) {
    const shorter = out.replace(ERASED, "").replace(LEADING, "");
    if (shorter === out) break;
    out = shorter;
  }
  return out;
}
