import { quotedIn } from "./shell-place.js";

/** Means itself to a POSIX shell; an empty word is none. */
const PLAIN = /^[A-Za-z0-9_./:@%+=,-]+$/;

/** A path as a word of a command that somebody is to copy: one word to a POSIX shell whatever is in it, and no option. */
export function shellWord(path: string): string {
  const word = path.startsWith("-") ? `./${path}` : path;
  return PLAIN.test(word) ? word : quotedIn({ kind: "words" }, word);
}
