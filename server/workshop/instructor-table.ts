import type { InstructorRow } from "../../workshop/common/instructor-api.js";

/** A row without its link, which only the access rules can make. */
export type SessionRow = Omit<InstructorRow, "link">;

export interface TableChanges {
  rows: SessionRow[];
  /** Sessions that are gone. */
  gone: string[];
}

/** All sessions as instructors see them, worked out once for all who look, and for each session only when it changes. */
export interface InstructorTable {
  rows(): SessionRow[];
  row(session: string): SessionRow | undefined;
  /** Notes that something of the session has changed. */
  changed(session: string): void;
  follow(listener: (changes: TableChanges) => void): () => void;
  close(): void;
}

/** A table that changes many times a second is told at most this often. */
const SETTLE_MS = 250;
/** How long nothing happened in a session changes without anybody doing anything. */
const IDLE_LOOK_MS = 30_000;

/** `rowOf` works out a session's row, or finds it gone. */
export function createInstructorTable(rowOf: (session: string) => SessionRow | undefined): InstructorTable {
  const rows = new Map<string, SessionRow>();
  const stale = new Set<string>();
  const listeners = new Set<(changes: TableChanges) => void>();
  let timer: NodeJS.Timeout | undefined;
  const update = () => {
    clearTimeout(timer);
    timer = undefined;
    const changes: TableChanges = { rows: [], gone: [] };
    for (const session of stale) {
      const row = rowOf(session);
      if (row !== undefined && isSame(row, rows.get(session))) continue;
      if (row !== undefined) {
        rows.set(session, row);
        changes.rows.push(row);
      } else if (rows.delete(session)) changes.gone.push(session);
    }
    stale.clear();
    if (changes.rows.length + changes.gone.length > 0) for (const listener of listeners) listener(changes);
  };
  const schedule = () => {
    if (listeners.size > 0) timer ??= setTimeout(update, SETTLE_MS);
  };
  const idleLook = setInterval(() => {
    for (const session of rows.keys()) stale.add(session);
    schedule();
  }, IDLE_LOOK_MS).unref();
  return {
    rows: () => {
      update();
      return [...rows.values()];
    },
    row: (session) => {
      update();
      return rows.get(session);
    },
    changed: (session) => {
      stale.add(session);
      schedule();
    },
    follow: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      clearInterval(idleLook);
      clearTimeout(timer);
    },
  };
}

function isSame(row: SessionRow, before: SessionRow | undefined): boolean {
  return before !== undefined && JSON.stringify(row) === JSON.stringify(before);
}
