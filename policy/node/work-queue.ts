import { setTimeout as sleep } from "node:timers/promises";

import type { Logger } from "./logger.js";

/** A task that failed is tried again after this long, and so on until it is replaced or succeeds. */
const RETRY_MS = 5000;

export interface WorkQueue {
  /** Runs a task after `delayMs`; while one of the same key waits, the new one takes its place. */
  add(key: string, task: () => Promise<void>, delayMs?: number): void;
}

/** Runs tasks one after another until the signal is aborted; of the same key only the newest waits. */
export function createWorkQueue({ logger, signal }: { logger: Logger; signal: AbortSignal }): WorkQueue {
  const waiting = new Map<string, () => Promise<void>>();
  let isRunning = false;

  const drain = async () => {
    if (isRunning) return;
    isRunning = true;
    for (const [key, task] of waiting) {
      if (signal.aborted) break;
      waiting.delete(key);
      await run(key, task);
    }
    isRunning = false;
    if (waiting.size > 0 && !signal.aborted) void drain();
  };

  const run = async (key: string, task: () => Promise<void>) => {
    try {
      await task();
    } catch (error) {
      if (signal.aborted) return;
      logger.warn(
        { key, reason: error instanceof Error ? error.message : String(error) },
        "policy work failed, trying again",
      );
      if (!waiting.has(key)) queue.add(key, task, RETRY_MS);
    }
  };

  const queue: WorkQueue = {
    add: (key, task, delayMs = 0) => {
      if (delayMs === 0) {
        waiting.set(key, task);
        void drain();
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
