import type { InstructorEvent, InstructorRow } from "../../common/instructor-api.js";

export type SortKey = "id" | "lab" | "page" | "done" | "failed" | "activity" | "left";
export interface Sort {
  key: SortKey;
  isDescending: boolean;
}

export type RowFilter = "all" | "active" | "stuck" | "ended";

const VALUES: Record<SortKey, (row: InstructorRow) => string | number> = {
  id: nameOf,
  lab: (row) => row.title,
  page: (row) => row.pageNumber,
  done: (row) => (row.steps === 0 ? 0 : row.stepsDone / row.steps),
  failed: (row) => row.stepsFailed,
  activity: (row) => Date.parse(row.lastActivityAt),
  left: (row) => Date.parse(row.expiresAt),
};

/** What people call it: by whose it is, where that is known. */
export function nameOf({ id, person }: InstructorRow): string {
  return person ?? id;
}

/** The rows as they are after an event of the server. */
export function rowsAfter(rows: InstructorRow[], event: InstructorEvent): InstructorRow[] {
  if (event.type === "sessions") return event.rows;
  if (event.type !== "changes") return rows;
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const row of event.rows) byId.set(row.id, row);
  for (const id of event.gone) byId.delete(id);
  return [...byId.values()];
}

/** The rows in the order asked for; stuck learners stay on top, whatever the order. */
export function sortRows(rows: readonly InstructorRow[], { key, isDescending }: Sort): InstructorRow[] {
  const value = VALUES[key];
  const direction = isDescending ? -1 : 1;
  return rows.toSorted(
    (a, b) => stuckFirst(a, b) || direction * compare(value(a), value(b)) || compare(a.id, b.id),
  );
}

/** The rows of one kind in which every word is found, in any column a person would type. */
export function filterRows(
  rows: readonly InstructorRow[],
  filter: RowFilter,
  words: string,
): InstructorRow[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text =
      `${row.person ?? ""} ${row.event ?? ""} ${row.id} ${row.lab} ${row.title} ${row.page} ${row.phase} ${row.stuck ?? ""}`.toLowerCase();
    return isOfKind(row, filter) && wanted.every((word) => text.includes(word));
  });
}

export function isOver(row: InstructorRow): boolean {
  return row.phase === "Ended" || row.phase === "Ending" || row.phase === "Failed";
}

function isOfKind(row: InstructorRow, filter: RowFilter): boolean {
  if (filter === "stuck") return row.stuck !== undefined && !isOver(row);
  if (filter === "active") return !isOver(row);
  return filter === "all" || isOver(row);
}

function stuckFirst(a: InstructorRow, b: InstructorRow): number {
  return Number(b.stuck !== undefined && !isOver(b)) - Number(a.stuck !== undefined && !isOver(a));
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "string" && typeof b === "string") return a.localeCompare(b, "en", { numeric: true });
  return Number(a) - Number(b);
}
