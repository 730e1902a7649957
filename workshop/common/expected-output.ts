import type { PageAction } from "./action.js";
import { isClosed } from "./fence-problems.js";
import { OUTPUT_WORD } from "./output-word.js";
import type { Leaf } from "./page-leaves.js";
import type { PageProblem } from "./page-problem.js";

/** What a command prints, as the author has written it down under its block. */
export interface ExpectedOutput {
  /** With the values of the session, without the last end of line. */
  text: string;
  /** Line of the page's file on which its fence begins, from 1. */
  line: number;
  /** Line on which its fence ends. */
  closing: number;
}

/** What stands for any text within a line, and as a whole line for any lines. */
const ANYTHING = "...";
/** 4 KiB: as much of an output as a result keeps. */
export const MAX_OUTPUT_CHARACTERS = 4_096;
const MESSAGE_CHARACTERS = 120;

/** Why the block before such a fence cannot be held to it; `undefined` where it can. Lines are those of the filled text. */
export function outputProblem(
  { token, line, text }: Pick<Leaf, "token" | "line"> & Pick<ExpectedOutput, "text">,
  owner: PageAction | undefined,
): PageProblem | undefined {
  if (!isClosed(token)) return undefined;
  const wrong = (message: string, fix: string): PageProblem => ({
    severity: "error",
    rule: OUTPUT_WORD,
    line: line - 1,
    message,
    fix,
  });
  if (token.info.trim() !== OUTPUT_WORD)
    return wrong("An expected output has no options", `Write ${OUTPUT_WORD} alone`);
  if (text.length > MAX_OUTPUT_CHARACTERS)
    return wrong(
      `The expected output has ${text.length} characters, and at most ${MAX_OUTPUT_CHARACTERS} are compared`,
      "Let the command print less, or use match= or until=",
    );
  if (owner?.view.kind === "problem") return undefined;
  if (owner?.view.kind !== "execute")
    // Nothing fails by it: on pages that were written for other programs the word may name plain code.
    return {
      ...wrong(
        "The expected output stands behind no block that runs a command in one terminal, and is compared with nothing",
        "Put it right behind the block that prints it, or name a language in place of the word",
      ),
      severity: "warning",
    };
  if (owner.output)
    return wrong(
      `The block on line ${owner.line} has an expected output already`,
      "Write one for each block",
    );
  return undefined;
}

/** Where the output is not the expected one, in words; `undefined` where it is. */
export function outputMismatch(
  expected: Pick<ExpectedOutput, "text" | "line">,
  output: string | undefined,
): string | undefined {
  const where = `the expected output on line ${expected.line}`;
  if (output === undefined) return `Nothing could be compared with ${where}: no output was seen.`;
  if (output.length >= MAX_OUTPUT_CHARACTERS)
    return `The output is too long to be compared with ${where}: ${MAX_OUTPUT_CHARACTERS} characters are kept. Let the command print less, or use match=.`;
  const [wanted, seen] = [linesOf(expected.text), linesOf(output)];
  const kept = align(wanted, seen);
  if (kept.every((line) => line.from !== undefined) && keepsAll(kept, wanted)) return undefined;
  const extra = kept.find(({ from }) => from === undefined);
  const lost = wanted.find((line, at) => !isAnything(line) && kept.every(({ from }) => from !== at));
  const differs = [
    ...(lost === undefined ? [] : [`expected "${shortened(lost)}"`]),
    ...(extra === undefined ? [] : [`got "${shortened(extra.text)}"`]),
  ];
  return `The output is not ${where}: ${differs.join(", ")}.`;
}

/** A line of an output that is accepted. */
export interface AcceptedLine {
  text: string;
  /** Which line of the expectation it is, from 0, where that still holds. */
  from?: number;
}

/** The output as the next expectation: what holds of the one before stays as it is, with every line that stands for anything. */
export function acceptedLines(expected: Pick<ExpectedOutput, "text">, output: string): AcceptedLine[] {
  const wanted = linesOf(expected.text);
  const kept = align(wanted, linesOf(output));
  const lostFrom = lostCounter(kept, wanted);
  const lines: AcceptedLine[] = [];
  let open = 0;
  for (let at = 0; at < kept.length;) {
    const { text, from } = kept[at] ?? { text: "" };
    if (from === undefined) {
      lines.push({ text });
      at++;
      continue;
    }
    lines.push(...coversBetween(wanted, open, from));
    open = from + 1;
    const own = { text: wanted[from] ?? "", from };
    const covered = isAnything(own.text) ? coveredFrom(kept, at) : [];
    if (covered.length === 0) lines.push(own);
    else {
      const before = Math.min(lostFrom(from, -1), covered.length);
      const after = Math.min(lostFrom(from, 1), covered.length - before);
      const fresh = covered.map((line) => ({ text: line }));
      lines.push(...fresh.slice(0, before), own, ...fresh.slice(covered.length - after));
    }
    at += Math.max(1, covered.length);
  }
  return [...lines, ...coversBetween(wanted, open, wanted.length)];
}

/** Lines of the expectation that stand for anything, and stood for no line this time. */
function coversBetween(wanted: readonly string[], from: number, to: number): AcceptedLine[] {
  return wanted.slice(from, to).flatMap((text, at) => (isAnything(text) ? [{ text, from: from + at }] : []));
}

/** The texts for which the line at that place stands, and those after it for which the same one does. */
function coveredFrom(kept: readonly AcceptedLine[], at: number): string[] {
  const end = kept.findIndex((line, place) => place >= at && line.from !== kept[at]?.from);
  return kept.slice(at, end < 0 ? kept.length : end).map(({ text }) => text);
}

/**
 * Counts the lines right beside one of the expectation that are not in the output: what stands for any lines is not to take in their
 * new form, which nobody would then miss.
 */
function lostCounter(
  kept: readonly AcceptedLine[],
  wanted: readonly string[],
): (line: number, direction: 1 | -1) => number {
  const found = new Set(kept.map(({ from }) => from));
  return (line, direction) => {
    let count = 0;
    for (let at = line + direction; !found.has(at); at += direction) {
      const text = wanted[at];
      if (text === undefined) break;
      if (!isAnything(text)) count++;
    }
    return count;
  };
}

/** The lines that are compared: blanks at their ends, and empty lines at the end of all, are nobody's to see. */
export function linesOf(text: string): string[] {
  const lines = text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => line.trimEnd());
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

function isAnything(line: string): boolean {
  return line.trim() === ANYTHING;
}

function keepsAll(kept: readonly AcceptedLine[], wanted: readonly string[]): boolean {
  const found = new Set(kept.map(({ from }) => from));
  return wanted.every((line, at) => isAnything(line) || found.has(at));
}

/** Each line of the output, with the line of the expectation that it is; as many of these as can be, in their order. */
function align(wanted: readonly string[], seen: readonly string[]): AcceptedLine[] {
  const best = scores(wanted, seen);
  const at = (i: number, j: number): number => best[i * (seen.length + 1) + j] ?? 0;
  const lines: AcceptedLine[] = [];
  let i = 0;
  for (let j = 0; j < seen.length;) {
    const line = wanted[i];
    const text = seen[j] ?? "";
    const here = at(i, j);
    if (line === undefined) lines.push({ text: seen[j++] ?? "" });
    else if (isAnything(line) && here === at(i, j + 1) + ABSORBED) {
      lines.push({ text, from: i });
      j++;
    } else if (!isAnything(line) && here === at(i + 1, j + 1) + SAME && isLike(line, text)) {
      lines.push({ text, from: i++ });
      j++;
    } else if (here === at(i + 1, j)) i++;
    else lines.push({ text: seen[j++] ?? "" });
  }
  return lines;
}

/** A line that is as it was written counts more than one that stands for anything. */
const SAME = 2;
const ABSORBED = 1;

/** Of the rest of both from each pair of places on, what keeping most of it is worth. */
function scores(wanted: readonly string[], seen: readonly string[]): Uint32Array {
  const width = seen.length + 1;
  const best = new Uint32Array((wanted.length + 1) * width);
  const blanked = seen.map(oneBlank);
  for (let i = wanted.length - 1; i >= 0; i--) {
    const line = wanted[i] ?? "";
    const like = lineMatcher(line);
    for (let j = seen.length - 1; j >= 0; j--) {
      const skipped = Math.max(best[(i + 1) * width + j] ?? 0, best[i * width + j + 1] ?? 0);
      const taken = isAnything(line)
        ? (best[i * width + j + 1] ?? 0) + ABSORBED
        : like(blanked[j] ?? "")
          ? (best[(i + 1) * width + j + 1] ?? 0) + SAME
          : 0;
      best[i * width + j] = Math.max(skipped, taken);
    }
  }
  return best;
}

function isLike(wanted: string, seen: string): boolean {
  return lineMatcher(wanted)(oneBlank(seen));
}

/** Widths of columns follow what stands in them, so that blanks in a row count as one, as they do in what it is asked of. Linear in the line. */
function lineMatcher(wanted: string): (seen: string) => boolean {
  const pieces = oneBlank(wanted).split(ANYTHING);
  const [first = "", last = ""] = [pieces[0], pieces.at(-1)];
  return (seen) => {
    if (pieces.length === 1) return seen === first;
    if (!seen.startsWith(first) || !seen.endsWith(last) || seen.length < first.length + last.length)
      return false;
    let at = first.length;
    for (const piece of pieces.slice(1, -1)) {
      const found = seen.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return at <= seen.length - last.length;
  };
}

function oneBlank(line: string): string {
  return line.replaceAll(/[ \t]+/g, " ");
}

function shortened(line: string): string {
  return line.length > MESSAGE_CHARACTERS ? `${line.slice(0, MESSAGE_CHARACTERS)}…` : line;
}
