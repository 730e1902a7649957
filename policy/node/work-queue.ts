import { setTimeout as sleep } from "node:timers/promises";

import type { Logger } from "./logger.js";

/** A task that failed is tried again after this long, and so on until it is replaced or succeeds. */
const RETRY_MS = 5000;

export interface WorkQueue {
  /** Runs a task after `delayMs`; while one of the same key waits, the new one takes its place. */
  add(key: string, task: () => Promise<void>, delayMs?: number): void;
}

/** Tasks run side by side: most of their time they wait for the API server. */
const PARALLEL = 8;

/** Runs tasks of different keys side by side, those of one key one after another, until the signal is aborted; of the same key only the newest waits. */
export function createWorkQueue({ logger, signal }: { logger: Logger; signal: AbortSignal }): WorkQueue {
  const waiting = new Map<string, () => Promise<void>>();
  const running = new Set<string>();

  const runNext = () => {
    for (const [key, task] of waiting) {
      if (signal.aborted || running.size >= PARALLEL) return;
      if (running.has(key)) continue;
      waiting.delete(key);
      running.add(key);
      void run(key, task);
    }
  };

  const run = async (key: string, task: () => Promise<void>) => {
    try {
      await task();
    } catch (error) {
      if (!signal.aborted) tryAgain(key, task, error);
    }
    running.delete(key);
    runNext();
  };

  const tryAgain = (key: string, task: () => Promise<void>, error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn({ key, reason }, "policy work failed, trying again");
    if (!waiting.has(key)) queue.add(key, task, RETRY_MS);
  };

  const queue: WorkQueue = {
    add: (key, task, delayMs = 0) => {
      if (delayMs === 0) {
        waiting.set(key, task);
        runNext();
        return;
      }
      sleep(delayMs, undefined, { signal, ref: false }).then(
        () => queue.add(key, task),
        () => undefined,
      );
    },
  };
  return queue;
}
