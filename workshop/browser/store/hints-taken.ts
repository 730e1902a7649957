const PREFIX = "lectern.hints.";

/** What a tab knows of the hints of a session's steps, by their `resultKey`. */
interface HintNotes {
  /** How many have been taken. */
  taken: Record<string, number>;
  /** When its learner came to the step, in epoch milliseconds. */
  since: Record<string, number>;
}

/** How many hints of the step have been taken in this tab. */
export function hintsTaken(session: string, key: string): number {
  return read(session).taken[key] ?? 0;
}

/** Remembers that so many have been, for as long as the browser's tab lives. */
export function noteTaken(session: string, key: string, count: number): void {
  const { taken, since } = read(session);
  write(session, { since, taken: { ...taken, [key]: Math.max(taken[key] ?? 0, count) } });
}

/** When the learner came to the step; `undefined` before. */
export function stepSince(session: string, key: string): number | undefined {
  return read(session).since[key];
}

/** Remembers when the learner came to the step, unless that is known. */
export function noteSince(session: string, key: string, now: number): void {
  const { taken, since } = read(session);
  write(session, { taken, since: { [key]: now, ...since } });
}

function read(session: string): HintNotes {
  try {
    const text = sessionStorage.getItem(PREFIX + session);
    if (text !== null) return JSON.parse(text) as HintNotes;
  } catch {
    // Storage that is switched off, or holds what is not ours, is as good as empty.
  }
  return { taken: {}, since: {} };
}

function write(session: string, notes: HintNotes): void {
  try {
    sessionStorage.setItem(PREFIX + session, JSON.stringify(notes));
  } catch {
    // Storage that is full or switched off only means that a reload offers them again.
  }
}
