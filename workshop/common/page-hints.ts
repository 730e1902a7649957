import type { HintView } from "./page-view.js";
import { isActionWord } from "./action-forms.js";
import type { PageAction } from "./action.js";
import { isClosed } from "./fence-problems.js";
import type { Fillings } from "./filled-text.js";
import { HINT_WORD } from "./hint-word.js";
import { type Token, parseMarkdown } from "./markdown.js";
import { OUTPUT_WORD } from "./output-word.js";
import { type Leaf, leavesOf } from "./page-leaves.js";
import type { PageProblem } from "./page-problem.js";
import { isTooCrowded } from "./page-size.js";
import { isWork } from "./progress.js";

/** A hint of a page with its text, which no browser is told before the hint is taken. */
export interface PageHint extends HintView {
  /** Sanitised. */
  html: string;
  /** Line of the page's file, from 1. */
  line: number;
}

/** A hint as it stands in the page. */
export interface HintSource {
  fence: Leaf;
  tokens: Token[];
  /** What it holds, with lines of the filled text of the page. */
  leaves: Leaf[];
  render: (tokens: Token[]) => string;
}

/** 20 failures: nobody tries as often as that for a hint. */
const MAX_FAILURES = 20;
/** 120 minutes: longer than any lab lets anybody sit at one step. */
const MAX_MINUTES = 120;

/** The hints among the pieces of a page, their text read as Markdown. */
export function hintsIn(leaves: readonly Leaf[], fillings: Fillings): HintSource[] {
  return leaves.filter(isHint).map((fence) => {
    const parsed = parseMarkdown(fence.content, fillings);
    const tokens = isTooCrowded(parsed.tokens) ? [] : parsed.tokens;
    const inner = leavesOf(tokens).map((leaf) => ({ ...leaf, line: leaf.line + fence.line - 1 }));
    return { fence, tokens, leaves: inner, render: parsed.render };
  });
}

function isHint({ kind, token }: Leaf): boolean {
  return kind === "fence" && token.info.trim().split(/\s/, 1)[0] === HINT_WORD;
}

/** What a hint was read as: where it belongs and when it is offered, or nothing where it cannot be shown. */
export interface ReadHint {
  hint?: HintView;
  /** Lines of the filled text. */
  problems: PageProblem[];
}

/** Reads the first line of a hint that stands behind these blocks of its page. */
export function readHint({ fence, leaves }: HintSource, before: readonly PageAction[]): ReadHint {
  const line = fence.line - 1;
  const owner = before.findLast(({ view }) => isWork(view) || view.kind === "problem");
  const problems = leaves.flatMap(blockWithin);
  // What is wrong with a block, or with the end of a fence, is told there.
  if (owner?.view.kind === "problem") return { problems };
  if (owner === undefined)
    return {
      problems: [
        wrong(
          line,
          "The hint has no step before it on its page, and is not shown",
          "Put it behind the block it helps with",
        ),
      ],
    };
  if (isClosed(fence.token) && fence.content.trim() === "")
    return { problems: [wrong(line, "The hint is empty, and is not shown", "Write what helps into it")] };
  const { options, refused } = readOptions(fence.token.info);
  problems.push(
    ...refused.map((why) =>
      wrong(
        line,
        `In the first line of the hint, ${why}; without it the hint is offered at once`,
        `Write ${HINT_WORD}, ${HINT_WORD} after=2 or ${HINT_WORD} minutes=5`,
      ),
    ),
  );
  const tries = owner.question?.tries ?? Infinity;
  if (options.minutes === undefined && (options.after ?? 0) >= tries)
    problems.push({
      ...wrong(
        line,
        `The hint is offered after ${String(options.after)} failures, when no try of the question is left`,
        `Write after=${String(tries - 1)} or less, or give the question more tries`,
      ),
      severity: "warning",
    });
  return { hint: { step: owner.view.step, ...options }, problems };
}

function readOptions(info: string): { options: Omit<HintView, "step">; refused: string[] } {
  const options: Omit<HintView, "step"> = {};
  const refused: string[] = [];
  for (const word of info.trim().split(/\s+/).slice(1)) {
    const [, key = "", number = ""] = /^(after|minutes)=(\d{1,4})$/.exec(word) ?? [];
    const [value, most] = [Number(number), key === "after" ? MAX_FAILURES : MAX_MINUTES];
    if (key === "") refused.push(`"${word}" is neither after=FAILURES nor minutes=MINUTES`);
    else if (value < 1 || value > most)
      refused.push(`${key} is a whole number from 1 to ${most}, not ${value}`);
    else options[key as "after" | "minutes"] = value;
  }
  return { options, refused };
}

function blockWithin({ kind, token, line }: Leaf): PageProblem[] {
  const [word = ""] = token.info.trim().split(/\s/, 1);
  if (kind !== "fence" || (!isActionWord(word) && word !== HINT_WORD && word !== OUTPUT_WORD)) return [];
  return [
    wrong(
      line - 1,
      `The block \`${word}\` stands in a hint, is shown there as text and cannot be clicked`,
      "Put it on the page itself, or name its language in place of the action",
    ),
  ];
}

function wrong(line: number, message: string, fix: string): PageProblem {
  return { severity: "error", rule: "hint", line, message, fix };
}
