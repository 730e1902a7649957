import { statfs } from "node:fs/promises";
import type { DiskView } from "../workshop/common/instructor-api.js";
import { ServerError, serverErrorCodes } from "./errors.js";

/** What Lectern needs to go on: room for the cluster's and the server's journals while somebody makes more. */
const NEEDED_BYTES = 64 * 1024 * 1024;
const NEEDED_FILES = 1_000;
/** Many learners cost one look. */
const FRESH_MS = 1_000;
const LOOK_MS = 5_000;

/** How full the disk is that holds the data directory. */
export interface DiskWatch {
  state(): Promise<DiskView>;
  /** Throws SERVER_DISK_FULL where there is not enough left to begin anything. */
  requireRoom(): Promise<void>;
  /** Told whenever it has become full, or has room again. */
  follow(listener: (state: DiskView) => void): () => void;
  close(): void;
}

/** Watches the disk that holds the folder. `largest` tells which sessions take most; it is asked only where the disk is full. */
export function createDiskWatch(
  folder: string,
  largest: () => Promise<DiskView["largest"]> = async () => [],
): DiskWatch {
  const listeners = new Set<(state: DiskView) => void>();
  let seen: { at: number; state: Promise<DiskView> } | undefined;
  let wasFull = false;
  const look = async (): Promise<DiskView> => {
    const { bavail, bsize, files, ffree } = await statfs(folder);
    const freeBytes = bavail * bsize;
    // Some file systems make inodes as they need them and count none.
    const freeFiles = files === 0 ? Number.MAX_SAFE_INTEGER : ffree;
    const isFull = freeBytes < NEEDED_BYTES || freeFiles < NEEDED_FILES;
    return { freeBytes, freeFiles, isFull, largest: isFull ? await largest().catch(() => []) : [] };
  };
  const state = () => {
    if (seen === undefined || performance.now() - seen.at > FRESH_MS)
      seen = { at: performance.now(), state: look() };
    return seen.state;
  };
  const tellChange = async () => {
    const now = await state().catch(() => undefined);
    if (now === undefined || now.isFull === wasFull) return;
    wasFull = now.isFull;
    for (const listener of listeners) listener(now);
  };
  const timer = setInterval(() => void tellChange(), LOOK_MS).unref();
  return {
    state,
    requireRoom: async () => {
      const now = await state();
      if (now.isFull)
        throw new ServerError(
          serverErrorCodes.diskFull,
          `${diskProblem(now)} What runs goes on; nothing new is begun until there is room.`,
        );
    },
    follow: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => clearInterval(timer),
  };
}

/** What is the matter with a full disk, in a sentence for everybody: it names no session. */
export function diskProblem({ freeBytes, freeFiles }: DiskView): string {
  const left =
    freeBytes < NEEDED_BYTES
      ? `${String(Math.floor(freeBytes / 1024 / 1024))} MiB are left`
      : `room for ${String(freeFiles)} more files is left`;
  return `The server's disk is full: ${left}. Its operator can make room, or an instructor end the session that fills it.`;
}
