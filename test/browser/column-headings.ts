import type { Page } from "playwright-core";

/**
 * Cells of all tables in sight that do not begin and end their text where the heading of their column does, as `table: heading`; of tables without
 * headings in sight, as cards of narrow screens are, none.
 */
export function misplacedHeadings(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    // Ours are written from left to right.
    const sides: Record<string, string> = { start: "left", end: "right" };
    const sideOf = (cell: Element): string => {
      const { textAlign } = getComputedStyle(cell);
      return sides[textAlign] ?? textAlign;
    };
    // What screen readers alone are told is a pixel wide.
    const tables = [...document.querySelectorAll("table")].filter(
      ({ tHead }) => (tHead?.getBoundingClientRect().width ?? 0) > 1,
    );
    const found = tables.flatMap((table) => {
      const heads = [...(table.tHead?.rows[0]?.cells ?? [])];
      const seen = heads.filter(
        (head) => head.innerText.trim() !== "" && !head.querySelector(".visually-hidden"),
      );
      const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
      return rows
        .filter(({ cells }) => cells.length === heads.length)
        .flatMap(({ cells }) => seen.filter((head) => sideOf(head) !== sideOf(cells[head.cellIndex] ?? head)))
        .map((head) => `${table.ariaLabel ?? ""}: ${head.innerText.trim()}`);
    });
    return [...new Set(found)];
  });
}
