const PREFIX = "lectern.started.";

/** Whether a block that leaves no result has been started in a session by its page, by its `resultKey`. */
export function wasStarted(session: string, key: string): boolean {
  return read(session).includes(key);
}

/** Remembers that a block was started, for as long as the browser's tab lives: so long lives what such blocks do. */
export function noteStarted(session: string, key: string): void {
  const before = read(session);
  if (before.includes(key)) return;
  try {
    sessionStorage.setItem(PREFIX + session, JSON.stringify([...before, key]));
  } catch {
    // Storage that is full or switched off only means that a reload starts it again.
  }
}

function read(session: string): readonly string[] {
  try {
    const text = sessionStorage.getItem(PREFIX + session);
    return text === null ? [] : (JSON.parse(text) as string[]);
  } catch {
    return [];
  }
}
