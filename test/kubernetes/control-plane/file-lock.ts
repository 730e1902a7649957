import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 500;
const REPORT_EVERY_POLLS = 30;

export interface FileLockOptions {
  signal: AbortSignal;
  /** Told every 15 s who holds the lock. */
  waiting: (holder: string) => void;
}

/** Runs `work` while this process alone holds the lock file; a lock whose process is gone is taken over. */
export async function withFileLock<T>(
  path: string,
  options: FileLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  for (let polls = 0; !tryLock(path); polls += 1) {
    if (polls % REPORT_EVERY_POLLS === 0)
      options.waiting(`process ${holderOf(path) ?? "?"}, which holds ${path}`);
    await sleep(POLL_MS, undefined, { signal: options.signal });
    const holder = holderOf(path);
    if (holder !== undefined && !isAlive(holder)) rmSync(path, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function holderOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    // The holder has just let go; the next attempt to lock decides.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
