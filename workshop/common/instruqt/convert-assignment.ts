import { verbatim } from "../imported-text.js";
import type { PageProblem } from "../page-problem.js";

/** The text of a challenge as a page of ours. */
export interface ConvertedAssignment {
  text: string;
  /** What of it comes to something else, or to nothing; lines from `firstLine`. */
  problems: PageProblem[];
}

/** What may stand in an info string besides the language, and means nothing here: code has a button to copy it in any case. */
const MARKS = new Set(["run", "copy", "nocopy", "wrap", "nowrap", "line-numbers"]);
const FENCE = /^([ \t]*)(`{3,}|~{3,})([^`]*)$/;

/** Turns Instruqt's Markdown into ours, line by line: fences with `run` become blocks, everything else stays. */
export function convertAssignment(source: string, firstLine: number): ConvertedAssignment {
  const problems: PageProblem[] = [];
  let fence: string | undefined;
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  const out = lines.map((line, at) => {
    const marks = FENCE.exec(line);
    if (fence !== undefined) {
      if (marks?.[2]?.startsWith(fence) === true && marks[3]?.trim() === "") fence = undefined;
      return verbatim(line);
    }
    if (marks) {
      fence = marks[2];
      return `${marks[1] ?? ""}${marks[2] ?? ""}${infoOf(marks[3] ?? "")}`;
    }
    return textLine(line, (message, fidelity) =>
      problems.push({
        severity: "warning",
        rule: "imported",
        line: firstLine + at,
        message,
        fix: FIX,
        fidelity,
      }),
    );
  });
  return { text: out.join("\n"), problems };
}

const FIX = "Say it in words, or by a block of ours";

function infoOf(info: string): string {
  const words = info.trim().split(/[\s,]+/);
  if (words.includes("run")) return "execute-1";
  return words.filter((word) => !MARKS.has(word)).join(" ");
}

type Say = (message: string, fidelity: "approximated" | "lacking") => void;

function textLine(line: string, say: Say): string {
  if (line.includes("[[ Instruqt-Var") || line.includes("[[Instruqt-Var"))
    say("a variable of the track's machines (`Instruqt-Var`) has no value here", "lacking");
  return verbatim(withoutNestedLinks(withoutSkipLinks(withoutTabLinks(line, say), say), say));
}

/** At most 200 characters between the brackets: a link's words, and no search without end. */
const SKIP_LINK = /\[([^[\]]{1,200})\]\(#(?:skip|next)_challenge\)/g;
const NESTED_LINK = /\]\(\[[^[\]]{0,200}\]\((https?:[^()\s]{1,500})\)\)/g;

/** Instruqt's own button is no place of the page. */
function withoutSkipLinks(line: string, say: Say): string {
  if (!line.includes("_challenge)")) return line;
  return line.replaceAll(SKIP_LINK, (_whole, words: string) => {
    say("a link to Instruqt's button Skip is its words in bold", "approximated");
    return `**${words}**`;
  });
}

/** A link whose address is a link itself leads nowhere; what is meant is the address within. */
function withoutNestedLinks(line: string, say: Say): string {
  if (!line.includes("]([")) return line;
  return line.replaceAll(NESTED_LINK, (_whole, address: string) => {
    say("a link that stood in place of another's address is that address", "approximated");
    return `](${address})`;
  });
}

/** `[words](tab-0)` and `[button label="words"](tab-0)` are words in bold: tabs stand beside the page. */
function withoutTabLinks(line: string, say: Say): string {
  let text = line;
  for (let at = text.indexOf("](tab-"); at >= 0; at = text.indexOf("](tab-")) {
    const open = text.lastIndexOf("[", at);
    const close = text.indexOf(")", at);
    if (open < 0 || close < 0) return text;
    say("a link to a tab is its name in bold", "approximated");
    text = `${text.slice(0, open)}**${labelOf(text.slice(open + 1, at))}**${text.slice(close + 1)}`;
  }
  return text;
}

function labelOf(inner: string): string {
  if (!inner.startsWith("button")) return inner;
  const [, label] = inner.split('"');
  return label ?? "the tab";
}
