/** A learner's own notes on a page of their session; nobody else reads them. */
export interface PageNotes {
  page: string;
  text: string;
  /** Counts what was saved; 0 where nothing was. */
  version: number;
}

/** Of one page: some three sheets of paper. */
export const MAX_NOTES = 10_000;

/** As a database keeps them: without NUL and halves of characters. */
export function keptNotes(text: string): string {
  return text.replaceAll("\0", "\uFFFD").replaceAll(/\p{Cs}/gu, "\uFFFD");
}

/** All notes of a session as Markdown, in the order of its pages; empty where there are none. */
export function notesText(
  { title, pages }: { title: string; pages: readonly { name: string; title: string }[] },
  notes: readonly PageNotes[],
): string {
  const written = notes.filter(({ text }) => text.trim() !== "");
  if (written.length === 0) return "";
  const titles = new Map(pages.map((page) => [page.name, page.title]));
  const order = pages.map(({ name }) => name);
  // Those of pages that the lab has no more stand at the end.
  const placeOf = ({ page }: PageNotes): number => (titles.has(page) ? order.indexOf(page) : order.length);
  const sections = written
    .toSorted((one, other) => placeOf(one) - placeOf(other))
    .map(({ page, text }) => `## ${titles.get(page) ?? page}\n\n${text.trimEnd()}`);
  return `${[`# Notes on ${title}`, ...sections].join("\n\n")}\n`;
}
