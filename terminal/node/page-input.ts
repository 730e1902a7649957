/** Pages whose typing is counted for one terminal; a learner has a few, and a reload makes a new one. */
const PAGES = 64;

/** Counts what each page typed, so that input a page sends again after a broken connection reaches the shell once. */
export class PageInput {
  /** Characters by page; the page that typed last stands at the end. */
  readonly #typed = new Map<string, number>();

  /** Characters of this page that have come. */
  typed(page: string): number {
    return this.#typed.get(page) ?? 0;
  }

  /** The part of the data that did not come before; `at` is where they stand in all that the page typed. */
  fresh(page: string, at: number, data: string): string {
    const typed = this.typed(page);
    const seen = Math.max(0, typed - at);
    this.#typed.delete(page);
    this.#typed.set(page, Math.max(typed, at + data.length));
    for (const oldest of this.#typed.keys()) {
      if (this.#typed.size <= PAGES) break;
      this.#typed.delete(oldest);
    }
    return data.slice(seen);
  }
}
