/** What is used of Asciidoctor's class of sections. */
interface SectionClass {
  generateId(title: string, document: HeadedDocument): string;
}

interface HeadedDocument {
  attributes: unknown;
  catalog?: { refs?: Record<string, unknown> } | undefined;
}

const changed = new WeakSet<SectionClass>();

/**
 * Has Asciidoctor give headings of one name their numbers in one step each. It counts from 2 for every one of them, and a page of nothing
 * but equal headings took half a minute. The names are the same as before.
 */
export function numberHeadingsOnce(Section: SectionClass): void {
  if (changed.has(Section)) return;
  changed.add(Section);
  const named = Section.generateId.bind(Section);
  const taken = new WeakMap<HeadedDocument, Map<string, number>>();
  Section.generateId = (title, document) => {
    const { attributes, catalog } = document;
    const id = named(title, { attributes });
    const refs = catalog?.refs ?? {};
    if (!(id in refs)) return id;
    const numbers = taken.get(document) ?? new Map<string, number>();
    taken.set(document, numbers);
    // With its first number, which is one digit, behind whatever the page has Asciidoctor put between them.
    const first = named(title, { attributes, catalog: { refs: { [id]: true } } });
    const start = first.slice(0, -1);
    let number = numbers.get(id) ?? Number(first.slice(-1));
    while (`${start}${String(number)}` in refs) number += 1;
    numbers.set(id, number + 1);
    return `${start}${String(number)}`;
  };
}
