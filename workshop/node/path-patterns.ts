import { RE2JS } from "re2js";
import type { PathPatterns } from "../common/lab.js";

/** Tells which paths, relative to a folder and without a slash in front, the patterns mean. */
export function pathMatcher({ include, exclude }: PathPatterns): (path: string) => boolean {
  const [wanted, unwanted] = [include, exclude].map((patterns) => patterns.map(expressionOf));
  return (path) => {
    const matches = (expression: RE2JS): boolean => expression.matches(path);
    return (wanted?.length === 0 || wanted?.some(matches) === true) && unwanted?.some(matches) !== true;
  };
}

/** 1,000 characters: no path is longer in a pattern, and a short pattern is tried quickly. */
const MAX_PATTERN_CHARACTERS = 1_000;
const PARTS = /\*\*\/?|\*|\?|[^*?]+/g;

/** A pattern without a slash means files of that name; `dir/` and `dir/**` all that is below. */
function expressionOf(pattern: string): RE2JS {
  const text = pattern
    .slice(0, MAX_PATTERN_CHARACTERS)
    .replace(/^\.?\//, "")
    .replace(/\/$/, "/**");
  const body = text.replaceAll(PARTS, (part) => {
    if (part.startsWith("**")) return part.endsWith("/") ? "(?:.*/)?" : ".*";
    if (part === "*") return "[^/]*";
    return part === "?" ? "[^/]" : part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return RE2JS.compile(body, RE2JS.DOTALL);
}
