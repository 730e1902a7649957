import type { ScreensEvent } from "../../common/instructor-api.js";
import { mountPath } from "../api/base.js";
import { openEventStream, type Connection } from "../store/event-stream.js";

/** What one terminal shows. */
export interface WallScreen {
  columns: number;
  lines: readonly string[];
}

/** The screens of a wall as they are; each is told apart, so that only a tile whose screen changed is drawn again. */
export interface WallScreens {
  of(session: string): WallScreen | undefined;
  /** Tells of changes of one session's screen. */
  follow(session: string, listener: () => void): () => void;
  /** Begins to ask the server; what it returns ends that. */
  connect(): () => void;
}

/** The screens of an event, or of all sessions, by one stream. */
export function createWallScreens(event: string | undefined): WallScreens {
  const screens = new Map<string, WallScreen>();
  const listeners = new Map<string, Set<() => void>>();
  const path = `${mountPath()}api/instructor/screens`;
  const url = event === undefined ? path : `${path}?event=${encodeURIComponent(event)}`;
  // A stream that was lost begins again with whole screens.
  let isFirst = true;
  const take = (change: ScreensEvent) => {
    if (change.type !== "screens") return;
    const changed = new Set(isFirst ? [...screens.keys(), ...change.gone] : change.gone);
    for (const session of changed) screens.delete(session);
    isFirst = false;
    for (const { session, columns, count, lines } of change.screens) {
      screens.set(session, { columns, lines: merged(screens.get(session)?.lines ?? [], count, lines) });
      changed.add(session);
    }
    for (const session of changed) for (const listener of listeners.get(session) ?? []) listener();
  };
  const onConnection = (connection: Connection) => {
    if (connection === "open") isFirst = true;
  };
  return {
    of: (session) => screens.get(session),
    follow: (session, listener) => {
      const all = listeners.get(session) ?? new Set();
      listeners.set(session, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0 && listeners.get(session) === all) listeners.delete(session);
      };
    },
    connect: () => {
      const stream = openEventStream<ScreensEvent>(url, { onEvent: take, onConnection });
      return () => stream.close();
    },
  };
}

/** The lines before with the changed ones in their places. */
export function merged(
  before: readonly string[],
  count: number,
  changes: readonly (readonly [number, string])[],
): string[] {
  const lines = Array.from({ length: count }, (_, at) => before[at] ?? "");
  for (const [at, line] of changes) lines[at] = line;
  return lines;
}
