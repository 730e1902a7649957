/** The word of a Go template's action that decides about what follows it and writes nothing: `{{- if .Values.x }}`. */
const CONTROL = /\{\{-?[ \t]*(if|range|with|define|block|else|end)\b/g;
const KEY_WITH_TEMPLATE = /^([ \t]*(?:-[ \t]+)?[\w.$/-]+:)[ \t][^\n]*\{\{/;

/**
 * YAML that another program fills in (a chart of Helm), as far as it says something by itself: of a condition its first branch, and
 * values that are filled in are nothing. Lines stay where they are. `undefined` where it is no such template.
 */
export function withoutTemplate(text: string): string | undefined {
  if (!text.includes("{{")) return undefined;
  const branches = new Branches();
  const lines = withoutComments(text)
    .split("\n")
    .map((line) => {
      const { isLeftOut } = branches;
      for (const [, word = ""] of line.matchAll(CONTROL)) branches.take(word);
      return isLeftOut ? "" : withoutValue(line);
    });
  return lines.join("\n");
}

/** The conditions and definitions that are not over. */
class Branches {
  readonly #open: { isLeftOut: boolean }[] = [];
  #leftOut = 0;

  get isLeftOut(): boolean {
    return this.#leftOut > 0;
  }

  take(word: string): void {
    if (word === "end") {
      if (this.#open.pop()?.isLeftOut === true) this.#leftOut--;
      return;
    }
    if (word !== "else") this.#open.push({ isLeftOut: false });
    const innermost = this.#open.at(-1);
    if (!innermost || innermost.isLeftOut || (word !== "else" && word !== "define")) return;
    innermost.isLeftOut = true;
    this.#leftOut++;
  }
}

const COMMENT = /\{\{-?[ \t]*\/\*/g;

/** The text without what a template says to nobody; its lines stay. */
function withoutComments(text: string): string {
  let plain = "";
  let from = 0;
  for (const { index, 0: opening } of text.matchAll(COMMENT)) {
    if (index < from) continue;
    const over = text.indexOf("*/", index + opening.length);
    const close = over < 0 ? -1 : text.indexOf("}}", over);
    if (close < 0) break;
    plain += text.slice(from, index) + text.slice(index, close).replaceAll(/[^\n]/g, "");
    from = close + 2;
  }
  return plain + text.slice(from);
}

function withoutValue(line: string): string {
  if (!line.includes("{{")) return line;
  return KEY_WITH_TEMPLATE.exec(line)?.[1] ?? "";
}
