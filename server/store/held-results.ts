import type { StepResult } from "../../workshop/common/api.js";

/** A result with what it is written down under. */
export interface SavedStep {
  session: string;
  result: StepResult;
  command: string;
}

export interface HeldResults {
  hold(step: SavedStep): void;
  /** What is on the disk, with what is newer in memory. */
  over(session: string, onDisk: StepResult[]): StepResult[];
  /** Drops what a later write has made old, or a session's all. */
  drop(session: string, result?: StepResult): void;
  close(): void;
}

/** A disk that was full has room again when somebody has made some. */
const RETRY_MS = 2_000;

/** Results that a full disk did not take: shown from memory, and written as soon as `write` no longer throws. */
export function createHeldResults(write: (step: SavedStep) => void): HeldResults {
  const held = new Map<string, SavedStep>();
  let timer: NodeJS.Timeout | undefined;
  const writeAll = () => {
    try {
      for (const [key, step] of held) {
        write(step);
        held.delete(key);
      }
    } catch {
      // Still full; the next round tries again.
    }
    schedule();
  };
  const schedule = () => {
    clearTimeout(timer);
    if (held.size > 0) timer = setTimeout(writeAll, RETRY_MS).unref();
  };
  return {
    hold: (step) => {
      held.set(keyOf(step.session, step.result), step);
      schedule();
    },
    over: (session, onDisk) => {
      const newer = [...held.values()].filter((step) => step.session === session).map(({ result }) => result);
      const keys = new Set(newer.map((result) => keyOf(session, result)));
      return [...onDisk.filter((result) => !keys.has(keyOf(session, result))), ...newer];
    },
    drop: (session, result) => {
      for (const [key, step] of held)
        if (result === undefined ? step.session === session : key === keyOf(session, result))
          held.delete(key);
    },
    close: () => {
      writeAll();
      clearTimeout(timer);
    },
  };
}

function keyOf(session: string, { page, step }: StepResult): string {
  return `${session}/${page}/${String(step)}`;
}
