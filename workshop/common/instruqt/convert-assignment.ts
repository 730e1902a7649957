import { verbatim } from "../imported-text.js";
import type { PageProblem } from "../page-problem.js";
import { withoutTabLinks } from "./tab-links.js";
import type { TrackTab } from "./track.js";

/** The text of a challenge as a page of ours. */
export interface ConvertedAssignment {
  text: string;
  /** What of it comes to something else, or to nothing; lines from `firstLine`. */
  problems: PageProblem[];
}

/** What may stand in an info string besides the language, and means nothing here: code has a button to copy it in any case. */
const MARKS = new Set(["run", "copy", "nocopy", "wrap", "nowrap", "line-numbers"]);
const FENCE = /^([ \t]*)(`{3,}|~{3,})([^`]*)$/;

/** Turns Instruqt's Markdown into ours, line by line: fences with `run` become blocks, everything else stays. `tabs` are those of the challenge. */
export function convertAssignment(
  source: string,
  firstLine: number,
  tabs: readonly TrackTab[] = [],
): ConvertedAssignment {
  const problems: PageProblem[] = [];
  let fence: string | undefined;
  const lines = source.replaceAll("\r\n", "\n").split("\n");
  const out = lines.map((line, at) => {
    const say: Say = (message, fidelity) =>
      problems.push({
        severity: "warning",
        rule: "imported",
        line: firstLine + at,
        message,
        fix: FIX,
        fidelity,
      });
    sayVariables(line, say);
    const marks = FENCE.exec(line);
    if (fence !== undefined) {
      if (marks?.[2]?.startsWith(fence) === true && marks[3]?.trim() === "") fence = undefined;
      return verbatim(line);
    }
    if (marks) {
      fence = marks[2];
      return `${marks[1] ?? ""}${marks[2] ?? ""}${infoOf(marks[3] ?? "")}`;
    }
    return verbatim(withoutNestedLinks(withoutSkipLinks(withoutTabLinks(line, tabs, say), say), say));
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

/** What the machines of a track fill in: `[[ Instruqt-Var key="a" hostname="b" ]]`, `[[HOSTNAME]]`. Links may have such words. */
const MACHINE_VARIABLE =
  /\[\[[ \t]{0,8}(?:(Instruqt-Var)\b[^\]]{0,300}|([A-Z][A-Z0-9_]{1,100})[ \t]{0,8})\]\](?![([])/g;

/** In code as in text: what is shown and run is the name. */
function sayVariables(line: string, say: Say): void {
  if (!line.includes("[[")) return;
  for (const [, general, name] of line.matchAll(MACHINE_VARIABLE))
    say(
      general === undefined
        ? `[[${name ?? ""}]], which the track's machines fill in, has no value here`
        : "a variable of the track's machines (`Instruqt-Var`) has no value here",
      "lacking",
    );
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
