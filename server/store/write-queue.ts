import type Database from "libsql/promise";
import { withRoom } from "./full-disk.js";

interface Waiting {
  /** Writes; returns how its answer is given once that is on the disk. */
  write: () => () => void;
  reject: (error: unknown) => void;
}

export interface WriteQueue {
  /** Does it in a transaction with whatever else waits; resolves when that is on the disk. Throws SERVER_DISK_FULL. */
  write<T>(task: () => T): Promise<T>;
  /** Reads what all writes before it have written. */
  read<T>(task: () => Promise<T>): Promise<T>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/**
 * One thing at a time on one database: the driver mixes up the rows of calls that overlap. What is written while another transaction
 * is on its way to the disk goes there together in the next one, so that a busy class costs one confirmed write after another and
 * not one for each click; waiting for the disk is left to a thread of the driver.
 */
export function createWriteQueue(database: Database, file: string): WriteQueue {
  let waiting: Waiting[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(task: () => Promise<T>): Promise<T> => {
    const done = last.then(task);
    last = done.catch(() => undefined);
    return done;
  };
  const writeWaiting = async () => {
    const batch = waiting;
    waiting = [];
    if (await settled(batch, database, file)) return;
    // Something has no room: whatever has, alone, is not refused for the sake of the others.
    if (batch.length > 1) for (const one of batch) await settled([one], database, file);
  };
  return {
    write: <T>(task: () => T) =>
      new Promise<T>((resolve, reject) => {
        const write = () => {
          const result = task();
          return () => resolve(result);
        };
        if (waiting.push({ write, reject }) === 1) void inOrder(writeWaiting);
      }),
    read: (task) => inOrder(task),
    idle: async () => {
      await inOrder(async () => undefined);
    },
  };
}

/** Whether the batch has been answered; not where several failed together. */
async function settled(batch: readonly Waiting[], database: Database, file: string): Promise<boolean> {
  let answers: (() => void)[];
  try {
    answers = await withRoom(file, () => inTransaction(database, batch));
  } catch (error) {
    if (batch.length > 1) return false;
    batch[0]?.reject(error);
    return true;
  }
  for (const answer of answers) answer();
  return true;
}

async function inTransaction(database: Database, batch: readonly Waiting[]): Promise<(() => void)[]> {
  await database.exec("BEGIN IMMEDIATE");
  try {
    const answers = batch.map(({ write }) => write());
    await database.exec("COMMIT");
    return answers;
  } catch (error) {
    // A commit that failed for want of room has rolled itself back, and there is nothing to roll back any more.
    await database.exec("ROLLBACK").catch(() => undefined);
    throw error;
  }
}
