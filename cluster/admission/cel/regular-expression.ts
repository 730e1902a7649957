import { RE2JS } from "re2js";

/** Compiled expressions kept, most recently used last; a policy set uses a few dozen. */
const MAX_CACHED_EXPRESSIONS = 1000;

const cache = new Map<string, RE2JS>();

/** The RE2 expression of `pattern`, compiled once; throws the text CEL reports for a bad one. RE2 runs in linear time. */
export function regularExpression(pattern: string): RE2JS {
  const known = cache.get(pattern);
  if (known) return known;
  const compiled = compile(pattern);
  if (cache.size >= MAX_CACHED_EXPRESSIONS) cache.delete(cache.keys().next().value ?? "");
  cache.set(pattern, compiled);
  return compiled;
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(why, { cause });
  }
}
