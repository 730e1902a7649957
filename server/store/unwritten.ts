import type { StepResult } from "../../workshop/common/api.js";
import type { ActivityStore, SavedStep, SessionActivity } from "../../workshop/node/activity-store.js";

/** What is in memory only: results and pages that a full disk did not take, and the time of the last activity for a moment. */
export interface Unwritten {
  /** Writes the step, or keeps it for later. */
  saveStep(step: SavedStep): Promise<void>;
  saveActivity(activity: SessionActivity): Promise<void>;
  /** Writes the activity with the next round. */
  keepActivity(activity: SessionActivity): void;
  /** What the store has, with what is newer here in its place. */
  over(session: string, stored: readonly StepResult[]): StepResult[];
  /** Drops what a later write has made old. */
  dropStep(step: SavedStep): void;
  drop(session: string): void;
  /** Tries once more. */
  close(): Promise<void>;
}

/** A disk that was full has room again when somebody has made some; nobody looks at a time of activity more often. */
const ROUND_MS = 2_000;

/** Keeps what could not be written and tries again every two seconds. */
export function createUnwritten(
  store: ActivityStore,
  onUnwritten: (session: string, error: unknown) => void,
): Unwritten {
  const steps = new Map<string, SavedStep>();
  const activities = new Map<string, SessionActivity>();
  let timer: NodeJS.Timeout | undefined;
  const schedule = () => {
    if (steps.size + activities.size > 0) timer ??= setTimeout(() => void round(), ROUND_MS).unref();
  };
  const later = (session: string) => (error: unknown) => {
    onUnwritten(session, error);
    schedule();
  };
  const writeStep = (key: string, step: SavedStep) => writeOut(steps, key, () => store.saveStep(step));
  const writeActivity = (session: string, activity: SessionActivity) =>
    writeOut(activities, session, () => store.saveActivity(activity));
  const writeAll = () =>
    Promise.allSettled([
      ...[...steps].map(([key, step]) => writeStep(key, step)),
      ...[...activities].map(([session, activity]) => writeActivity(session, activity)),
    ]);
  const round = async () => {
    await writeAll();
    timer = undefined;
    schedule();
  };
  return {
    saveStep: (step) => {
      const key = keyOf(step.session, step.result);
      steps.set(key, step);
      return writeStep(key, step).catch(later(step.session));
    },
    saveActivity: (activity) => {
      activities.set(activity.session, activity);
      return writeActivity(activity.session, activity).catch(later(activity.session));
    },
    keepActivity: (activity) => {
      activities.set(activity.session, activity);
      schedule();
    },
    over: (session, stored) =>
      overlaid(
        stored,
        [...steps.values()].filter((step) => step.session === session),
      ),
    dropStep: ({ session, result }) => void steps.delete(keyOf(session, result)),
    drop: (session) => {
      activities.delete(session);
      for (const [key, step] of steps) if (step.session === session) steps.delete(key);
    },
    close: async () => {
      clearTimeout(timer);
      await writeAll();
    },
  };
}

/** Writes an entry and takes it away, unless another has come in its place meanwhile. */
async function writeOut<T>(entries: Map<string, T>, key: string, write: () => Promise<void>): Promise<void> {
  const written = entries.get(key);
  await write();
  if (entries.get(key) === written) entries.delete(key);
}

function overlaid(stored: readonly StepResult[], newer: readonly SavedStep[]): StepResult[] {
  const keys = new Set(newer.map(({ session, result }) => keyOf(session, result)));
  const [session = ""] = newer.map((step) => step.session);
  return [
    ...stored.filter((result) => !keys.has(keyOf(session, result))),
    ...newer.map(({ result }) => result),
  ];
}

function keyOf(session: string, { page, step }: StepResult): string {
  return `${session}/${page}/${step}`;
}
