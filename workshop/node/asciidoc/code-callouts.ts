/** Characters of a line's end that may hold one number. */
const LONGEST = 16;
/** One number at the end of a line of code, behind the mark of a comment as well; with a backslash it is text of the code. */
const CALLOUT = /(?:(?:\/\/|#|--|;;)[ \t]?)?(\\)?(<(\d{1,3}|\.)>)$/;

/** Code whose numbers, which a list below it explains, stand behind its lines in brackets. */
export function withNumbers(source: string): string {
  let next = 0;
  return byLine(source, ({ code, numbers }) => {
    const shown = numbers.map((number) => ` (${number === "." ? String(++next) : number})`);
    return `${code}${shown.join("")}`;
  });
}

/** Code as it runs, without such numbers. */
export function withoutCallouts(source: string): string {
  return byLine(source, ({ code }) => code);
}

interface CodeLine {
  code: string;
  /** In their order; `.` where AsciiDoc counts. */
  numbers: string[];
}

function byLine(source: string, write: (line: CodeLine) => string): string {
  return source
    .split("\n")
    .map((line) => write(codeLine(line)))
    .join("\n");
}

/** Looks at the end of the line alone, as often as there is another number: its time is that of the line's length. */
function codeLine(line: string): CodeLine {
  const numbers: string[] = [];
  let code = line.trimEnd();
  let kept = "";
  for (;;) {
    const [found, backslash, text = "", number = ""] = CALLOUT.exec(code.slice(-LONGEST)) ?? [];
    if (found === undefined) break;
    const isText = backslash !== undefined;
    const before = code.slice(0, isText ? -text.length - 1 : -found.length);
    code = before.trimEnd();
    if (isText) kept = `${before.slice(code.length)}${text}${kept}`;
    else numbers.unshift(number);
  }
  return { code: numbers.length === 0 && kept === "" ? line : `${code}${kept}`, numbers };
}
