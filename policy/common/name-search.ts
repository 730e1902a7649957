import { compileGlob, matchesToken } from "./glob.js";

/**
 * Whether a name is looked for: `*` stands for any run of characters, upper case for lower, which is what names of Kubernetes are in. An empty search finds
 * every name.
 */
export function nameSearch(search: string): (name: string) => boolean {
  const token = compileGlob(search.toLowerCase());
  return (name) => matchesToken(token, name);
}

/** The search for names that hold what was typed, which may have stars of its own. */
export function searchWithin(typed: string): string {
  return `*${typed.trim()}*`;
}
