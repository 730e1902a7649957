import { parseCondition } from "./condition.js";
import { conditionText } from "./condition-words.js";
import { compilePattern } from "./pattern.js";
import { patternWords } from "./pattern-words.js";
import { WORKSHOP_ERRORS, WorkshopError } from "./errors.js";

/** What must be true for a step to count as done. */
export interface Expectation {
  /** Exit status; `nonzero` for any failure, `any` where it does not matter. */
  exit: number | "nonzero" | "any";
  /** Pattern (RE2) that the command's output must contain. */
  match?: string;
  /** Conditions on the session's namespace, in the grammar of `condition.ts`; all must be true at once. */
  until: string[];
  /** A program of the lab, relative to its folder, that runs as the learner and says by its status whether the step is done. */
  script?: string;
  /** The author's words for people, in place of what was seen, where the step fails. */
  fail?: string;
  /** What the author tells who has failed, on request. */
  hint?: string;
  /** Limit for the command, and again for the conditions. */
  timeoutMs: number;
  /** Where the step is left out: `ci`. */
  skip: string[];
  /** A person does it: validation leaves it to its stand-ins. */
  manual: boolean;
}

/** 30 s: longer than any `kubectl` call of a lab takes, short enough that a hung step is noticed. */
export const DEFAULT_STEP_TIMEOUT_MS = 30_000;

/** 500 characters: what somebody who is stuck reads in one go. */
const MAX_WORDS_CHARACTERS = 500;

/** What a block without a word about it must do: end with status 0 in time. */
export const DEFAULT_EXPECTATION: Readonly<Expectation> = {
  exit: 0,
  until: [],
  timeoutMs: DEFAULT_STEP_TIMEOUT_MS,
  skip: [],
  manual: false,
};

/** Reads the words after the action in a fence's info string: `exit=1 match=/denied/ until="pod running" timeout=30s skip=ci manual fail="No pod runs" hint="Look at its image"`. Throws CHECK_INVALID. */
export function parseExpectation(info: string): Expectation {
  const expectation: Expectation = { ...DEFAULT_EXPECTATION, until: [], skip: [] };
  const wrong: string[] = [];
  for (const { key, value } of splitInfo(info)) {
    try {
      applyWord(expectation, key, value);
    } catch (error) {
      wrong.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (wrong.length > 0) throw invalid(wrong.join("; "));
  return expectation;
}

/** The expectations an author attached, in words; nothing for the default. */
export function expectationTexts(expectation: Expectation): string[] {
  const exit = exitText(expectation);
  return [
    ...(exit === undefined ? [] : [exit]),
    ...(expectation.match === undefined ? [] : [matchText(expectation.match)]),
    ...expectation.until.map((condition) => conditionText(parseCondition(condition))),
    ...(expectation.script === undefined ? [] : [scriptText(expectation.script)]),
  ];
}

/** What a check script looks for, in the words of its name: `checks/all-pods-run.sh` is "All pods run". */
export function scriptText(path: string): string {
  const words = (path.split("/").at(-1) ?? "")
    .replace(/\.[^.]*$/, "")
    .replaceAll(/[-_]+/g, " ")
    .trim();
  return words === "" ? "The check passes" : words.charAt(0).toUpperCase() + words.slice(1);
}

/** What must become of the command, in words; `undefined` where it need only succeed, or may do as it likes. */
export function exitText({ exit }: Pick<Expectation, "exit">): string | undefined {
  if (exit === "nonzero") return "The command is refused or fails";
  return exit === "any" || exit === 0 ? undefined : `The command ends with status ${exit}`;
}

/** What must be in the output, in words. */
export function matchText(pattern: string): string {
  const words = patternWords(pattern);
  return words === undefined ? "The output is what this step asks for" : `The output shows ${words}`;
}

/** That the output has not what must be in it, in words. */
export function mismatchText(pattern: string): string {
  const words = patternWords(pattern);
  return words === undefined
    ? "The output is not what this step asks for."
    : `The output does not show ${words}.`;
}

/** True where the step is right when its command is not. */
export function expectsFailure(expectation: Expectation): boolean {
  return expectation.exit !== 0 && expectation.exit !== "any";
}

/** `30s`, `2m`, `500ms` or a number of seconds, as milliseconds. Throws CHECK_INVALID. */
export function parseDuration(text: string): number {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text.trim());
  if (!parts) throw invalid(`timeout is a duration such as 30s, 2m or 500ms, not "${text}"`);
  const unit = { ms: 1, s: 1000, m: 60_000 }[parts[2] ?? "s"] ?? 1000;
  return Math.round(Number(parts[1]) * unit);
}

/** Reads an exit expectation. Throws CHECK_INVALID. */
export function parseExit(value: string | number): Expectation["exit"] {
  if (value === "nonzero" || value === "any") return value;
  const status = Number(value);
  if (!Number.isInteger(status) || status < 0 || status > 255 || value === "") {
    throw invalid(`exit is a status from 0 to 255, "nonzero" or "any", not "${value}"`);
  }
  return status;
}

/** `/pattern/` or a plain pattern, checked and without the slashes. Throws CHECK_INVALID. */
export function parsePattern(value: string): string {
  const pattern = /^\/(.*)\/$/s.exec(value)?.[1] ?? value;
  compilePattern(pattern);
  return pattern;
}

/** The path of a check script, relative to the lab's folder. Throws CHECK_INVALID. */
export function parseScript(value: string): string {
  const path = value.replace(/^\.\//, "");
  if (path === "" || path.startsWith("/") || path.split("/").includes(".."))
    throw invalid(`check is a file inside the lab, such as checks/all-pods-run.sh, not "${value}"`);
  return path;
}

/** The author's words that `fail` or `hint` brings. Throws CHECK_INVALID. */
export function parseWords(key: "fail" | "hint", value: string): string {
  const words = value.trim();
  if (words !== "" && words.length <= MAX_WORDS_CHARACTERS) return words;
  throw invalid(
    `${key} is a sentence for learners of at most ${MAX_WORDS_CHARACTERS} characters, not one of ${words.length}`,
  );
}

const KNOWN_WORDS = "known are exit=, match=, until=, check=, timeout=, skip=, fail=, hint= and manual";

function applyWord(expectation: Expectation, key: string, value: string | undefined): void {
  if (key === "manual" && value === undefined) expectation.manual = true;
  else if (value === undefined) throw invalid(`"${key}" is not known after the action; ${KNOWN_WORDS}`);
  else if (key === "exit") expectation.exit = parseExit(value);
  else if (key === "match") expectation.match = parsePattern(value);
  else if (key === "timeout") expectation.timeoutMs = parseDuration(value);
  else if (key === "skip") expectation.skip.push(...value.split(","));
  else if (key === "check") expectation.script = parseScript(value);
  else if (key === "fail" || key === "hint") expectation[key] = parseWords(key, value);
  else if (key === "until") {
    parseCondition(value);
    expectation.until.push(value);
  } else throw invalid(`"${key}=" is not known after the action; ${KNOWN_WORDS}`);
}

/** Splits on blanks outside of "..." and /.../. */
function splitInfo(info: string): { key: string; value: string | undefined }[] {
  return [...info.trim().matchAll(/([^\s=]+)(?:=("(?:[^"\\]|\\.)*"|\/(?:[^/\\]|\\.)*\/|\S*))?/g)].map(
    (found) => ({
      key: found[1] ?? "",
      value: found[2]?.startsWith('"') ? found[2].slice(1, -1).replaceAll('\\"', '"') : found[2],
    }),
  );
}

function invalid(message: string): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.checkInvalid, message);
}
