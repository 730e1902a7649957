import type { JsonObject } from "../api/field-access.js";
import { badRequest } from "../api/status.js";

/** Objects and lists within each other, in one body: no object people write comes near, and whatever goes through one calls itself. */
const MAX_DEPTH = 500;
/** Brackets a YAML text may have open: those within its own texts count, so it is more than the depth. */
const MAX_OPEN_BRACKETS = 1000;
/** Lists in lists on one line, as `- - - a`: the parser takes time and memory with the square of them. */
const NESTED_ON_ONE_LINE = /^[ \t]*(?:[-?:][ \t]+){100}/m;

/** Throws 400 where the value is nested too deep. */
export function requireShallow(value: unknown): void {
  descend(value, 0);
}

/** Throws 400 where that is nested too deep. */
export function requireDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw tooDeep();
}

function descend(value: unknown, depth: number): void {
  requireDepth(depth);
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) for (const item of value) descend(item, depth + 1);
  else for (const name of Object.keys(value)) descend((value as JsonObject)[name], depth + 1);
}

/** Throws 400 for YAML that its parser could not take in reasonable time for its depth, before it tries. */
export function requireShallowYaml(text: string): void {
  if (NESTED_ON_ONE_LINE.test(text)) throw tooDeep();
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    open = Math.max(0, open + (bracket === "[" || bracket === "{" ? 1 : -1));
    if (open > MAX_OPEN_BRACKETS) throw tooDeep();
  }
}

/** The refusal of a body that is nested too deep. */
export function tooDeep(): Error {
  return badRequest(`the body is nested too deep: exceeded max depth of ${MAX_DEPTH}`);
}
