import { chmodSync, mkdirSync, rmSync } from "node:fs";
import Database from "libsql";
import { dataPaths } from "../config.js";
import type { DataPaths } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { readRunningServer } from "./running-server.js";

export interface LockedDataDir {
  path: string;
  paths: DataPaths;
  release(): void;
}

/**
 * Creates the data directory, closed to other users, and takes its lock, which the kernel lets go of when the process dies.
 * Throws SERVER_DATA_DIR_IN_USE, SERVER_DATA_DIR_UNUSABLE.
 */
export function lockDataDir(path: string): LockedDataDir {
  const paths = dataPaths(path);
  makeFolder(path);
  const lock = takeLock(path, paths);
  const release = () => {
    rmSync(paths.server, { force: true });
    lock.close();
  };
  return { path, paths, release };
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    // Learners' shells run under other accounts and must be able to pass through to their own home, not to list.
    chmodSync(path, 0o711);
    mkdirSync(dataPaths(path).logs, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ServerError(
      serverErrorCodes.dataDirUnusable,
      `The data directory ${path} cannot be written: ${reason(error)}. Give one that can with --data DIR.`,
      error,
    );
  }
}

function takeLock(path: string, paths: DataPaths): Database.Database {
  let lock: Database.Database | undefined;
  try {
    lock = new Database(paths.lock, { timeout: 0 });
    chmodSync(paths.lock, 0o600);
    lock.exec("BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    if (!/busy|locked/i.test(reason(error))) {
      throw new ServerError(
        serverErrorCodes.dataDirUnusable,
        `The data directory ${path} cannot be locked: ${reason(error)}. Give another with --data DIR.`,
        error,
      );
    }
    throw inUse(path);
  }
}

function inUse(path: string): ServerError {
  let where = "";
  try {
    const running = readRunningServer(path);
    where = ` (process ${String(running.pid)}, ${running.url})`;
  } catch {
    // It is still starting and has not said where it listens.
  }
  return new ServerError(
    serverErrorCodes.dataDirInUse,
    `Another Lectern server uses the data directory ${path}${where}. Stop it, or give this one a directory of its own with --data DIR.`,
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
