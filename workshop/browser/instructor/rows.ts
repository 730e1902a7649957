import type { Route } from "../store/route.js";
import type { InstructorEvent, InstructorRow } from "../../common/instructor-api.js";
import { timeLeft } from "../../common/session-time.js";

const MINUTE_MS = 60_000;

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
  left: timeShown,
};

/** What the column says: what is left, the whole time of a session nobody has opened, nothing of one that is over. */
function timeShown(row: InstructorRow): number {
  if (isOver(row)) return 0;
  return row.openedAt === undefined ? row.minutes * MINUTE_MS : timeLeft(row, Date.now());
}

/** What people call it: by whose it is, where that is known. */
export function nameOf({ id, person }: InstructorRow): string {
  return person ?? id;
}

/** Those who ask for help, in the order of asking. */
export function helpQueue(rows: readonly InstructorRow[]): InstructorRow[] {
  return rows
    .filter((row) => row.help !== undefined && !isOver(row))
    .toSorted((a, b) => compare(a.help?.askedAt ?? "", b.help?.askedAt ?? "") || compare(a.id, b.id));
}

/** The learner's page, at the step that fails where it is known; else the page follows the learner. */
export function placeToLook({ id, stuckAt }: InstructorRow): Extract<Route, { screen: "watch" }> {
  return { screen: "watch", session: id, ...stuckAt };
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

/** The rows in the order asked for; learners who ask for help, and then stuck ones, stay on top, whatever the order. */
export function sortRows(rows: readonly InstructorRow[], { key, isDescending }: Sort): InstructorRow[] {
  const value = VALUES[key];
  const direction = isDescending ? -1 : 1;
  return rows.toSorted(
    (a, b) => needyFirst(a, b) || direction * compare(value(a), value(b)) || compare(a.id, b.id),
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
      `${row.person ?? ""} ${row.event ?? ""} ${row.id} ${row.lab} ${row.title} ${row.page} ${row.phase} ${row.stuck ?? ""} ${row.help === undefined ? "" : `asks for help ${row.help.text} ${row.help.takenBy ?? ""}`}`.toLowerCase();
    return isOfKind(row, filter) && wanted.every((word) => text.includes(word));
  });
}

export function isOver(row: InstructorRow): boolean {
  return row.phase === "Ended" || row.phase === "Ending" || row.phase === "Failed";
}

function isOfKind(row: InstructorRow, filter: RowFilter): boolean {
  if (filter === "stuck") return needsHelp(row);
  if (filter === "active") return !isOver(row);
  return filter === "all" || isOver(row);
}

/** Whether the learner asks for help, or seems to need some. */
export function needsHelp(row: InstructorRow): boolean {
  return needOf(row) > 0;
}

function needyFirst(a: InstructorRow, b: InstructorRow): number {
  return needOf(b) - needOf(a);
}

function needOf(row: InstructorRow): number {
  if (isOver(row)) return 0;
  if (row.help !== undefined) return 2;
  return row.stuck === undefined ? 0 : 1;
}

/** Made once: each comparison of a long list would make its own. */
const BY_NUMBER = new Intl.Collator("en", { numeric: true });

function compare(a: string | number, b: string | number): number {
  if (typeof a === "string" && typeof b === "string") return BY_NUMBER.compare(a, b);
  return Number(a) - Number(b);
}
