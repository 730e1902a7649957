/** Characters that mean nothing to a POSIX shell wherever they stand. */
const PLAIN = /^[A-Za-z0-9_./:@%+=,-]*$/;

/**
 * Renders a value so that a shell reads it as the value and nothing else, given the command text before it: bare values with
 * special characters are quoted, values inside the author's quotes are escaped for those quotes.
 */
export function quoteForShell(value: string, before: string): string {
  const clean = value.replace(/[\p{Cc}\u2028\u2029]/gu, " ");
  if (PLAIN.test(clean)) return clean;
  const quote = openQuote(before);
  if (quote === '"') return clean.replace(/[\\"$`]/g, "\\$&");
  const single = clean.replaceAll("'", `'\\''`);
  return quote === "'" ? single : `'${single}'`;
}

/** The quote that is still open at the end of the text, if any. */
function openQuote(text: string): '"' | "'" | undefined {
  let open: '"' | "'" | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "\\" && open !== "'") at++;
    else if (open) open = character === open ? undefined : open;
    else if (character === '"' || character === "'") open = character;
  }
  return open;
}
