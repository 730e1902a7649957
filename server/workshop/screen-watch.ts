import {
  SCREENS_AT_ONCE,
  type ScreenQuestion,
  type ScreenText,
  type SessionHost,
} from "../../terminal/common/session-host.js";
import type { ScreenChange, ScreensEvent } from "../../workshop/common/instructor-api.js";

/** From one look at the screens to the next; what a learner types is on the wall before a quarter of a second is over. */
const LOOK_MS = 200;
/** After a look that failed. */
const RETRY_MS = 1_000;
/** Sessions of one wall; the others are left out. */
const SESSIONS = 300;
/** Characters of one event; what does not fit comes with the next. */
const EVENT_CHARACTERS = 256 * 1024;

type Screens = Extract<ScreensEvent, { type: "screens" }>;

/** Somebody who looks at a wall. */
export interface WallViewer {
  /** The sessions to show, asked before every look. */
  sessions(): readonly string[];
  /** Whether the browser still has what was sent before to read; it is told nothing until it has not. */
  isBehind(): boolean;
  tell(event: Screens): void;
}

/** Looks at the terminals of sessions, once for all who watch, and only while somebody does. */
export interface ScreenWatch {
  follow(viewer: WallViewer): () => void;
  close(): void;
}

/** `report` gets a line for the log when the screens cannot be read, and not again until they could be. */
export function createScreenWatch(
  host: Pick<SessionHost, "screens">,
  report: (problem: unknown) => void,
): ScreenWatch {
  const viewers = new Map<WallViewer, SentScreens>();
  const known = new Map<string, ScreenText>();
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  let hasFailed = false;
  const look = async () => {
    timer = undefined;
    isLooking = true;
    const wanted = new Map<WallViewer, readonly string[]>();
    let pause = LOOK_MS;
    try {
      for (const viewer of viewers.keys()) wanted.set(viewer, viewer.sessions().slice(0, SESSIONS));
      await readScreens(host, new Set([...wanted.values()].flat()), known);
      hasFailed = false;
    } catch (error) {
      if (!hasFailed) report(error);
      hasFailed = true;
      pause = RETRY_MS;
    }
    for (const [viewer, sent] of viewers) {
      const sessions = wanted.get(viewer);
      if (sessions !== undefined && !viewer.isBehind()) tell(viewer, sent, sessions, known);
    }
    isLooking = false;
    schedule(pause);
  };
  const schedule = (pause: number) => {
    if (viewers.size === 0) known.clear();
    else if (!isLooking) timer ??= setTimeout(() => void look(), pause);
  };
  return {
    follow: (viewer) => {
      viewers.set(viewer, { screens: new Map(), turn: 0, hasBegun: false });
      schedule(0);
      return () => {
        viewers.delete(viewer);
        if (viewers.size === 0) clearTimeout(timer);
        if (viewers.size === 0) timer = undefined;
      };
    },
    close: () => {
      viewers.clear();
      clearTimeout(timer);
    },
  };
}

/** Brings what is known of the sessions up to date, and forgets the others. */
async function readScreens(
  host: Pick<SessionHost, "screens">,
  sessions: ReadonlySet<string>,
  known: Map<string, ScreenText>,
): Promise<void> {
  for (const session of known.keys()) if (!sessions.has(session)) known.delete(session);
  const questions = [...sessions].map((session): ScreenQuestion => {
    const version = known.get(session)?.version;
    return version === undefined ? { session } : { session, known: version };
  });
  for (let from = 0; from < questions.length; from += SCREENS_AT_ONCE) {
    const texts = await host.screens(questions.slice(from, from + SCREENS_AT_ONCE));
    for (const text of texts) known.set(text.session, text);
  }
}

/** What a viewer was sent of each session, and whose turn it is to be told first. */
interface SentScreens {
  screens: Map<string, ScreenText>;
  turn: number;
  /** Told first even where there is nothing, so that the browser knows. */
  hasBegun: boolean;
}

function tell(
  viewer: WallViewer,
  sent: SentScreens,
  sessions: readonly string[],
  known: ReadonlyMap<string, ScreenText>,
): void {
  const { screens } = sent;
  const shown = new Set(sessions.filter((session) => known.has(session)));
  const gone = [...screens.keys()].filter((session) => !shown.has(session));
  for (const session of gone) screens.delete(session);
  const changes: ScreenChange[] = [];
  let characters = 0;
  const inTurn = [...sessions.slice(sent.turn), ...sessions.slice(0, sent.turn)];
  for (const session of inTurn) {
    const text = known.get(session);
    if (text === undefined || text === screens.get(session)) continue;
    const change = changeOf(text, screens.get(session));
    screens.set(session, text);
    // A screen may be drawn anew as it was.
    if (change === undefined) continue;
    changes.push(change);
    characters += change.lines.reduce((sum, [, line]) => sum + line.length, 0);
    if (characters < EVENT_CHARACTERS) continue;
    sent.turn = (sessions.indexOf(session) + 1) % sessions.length;
    break;
  }
  if (sent.hasBegun && changes.length + gone.length === 0) return;
  sent.hasBegun = true;
  viewer.tell({ type: "screens", screens: changes, gone });
}

function changeOf(text: ScreenText, before: ScreenText | undefined): ScreenChange | undefined {
  const lines = text.lines.flatMap((line, at): [number, string][] =>
    before?.lines[at] === line ? [] : [[at, line]],
  );
  const isSame = before?.columns === text.columns && before.lines.length === text.lines.length;
  if (isSame && lines.length === 0) return undefined;
  return { session: text.session, columns: text.columns, count: text.lines.length, lines };
}
