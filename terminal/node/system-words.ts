/** What a learner can do about a full disk; it may be their own files that fill it. */
export const NO_ROOM =
  "no space is left on the disk that holds the session; delete files that are not needed, or ask whoever runs the workshop for more";

const WORDS: Readonly<Record<string, string>> = { ENOSPC: NO_ROOM, EDQUOT: NO_ROOM };

/** Why the operating system refused, in words that a learner can act on where there are some. */
export function systemWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code = "", message }: NodeJS.ErrnoException = error;
  return WORDS[code] ?? message;
}

/** The same of a program's words on its standard error. */
export function programWords(said: string): string {
  return /No space left on device|Disk quota exceeded/.test(said) ? NO_ROOM : said;
}
