import { chmodSync, mkdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "libsql";
import { dataPaths } from "../config.js";
import type { DataPaths } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { isFull } from "../store/full-disk.js";
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
    makeFolders(path, 0o777);
    // Learners' shells run under other accounts and must be able to pass through to their own home, not to list.
    chmodSync(path, 0o711);
    makeFolders(dataPaths(path).logs, 0o700);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Folder by folder from the top: Node's recursive mkdir never comes back from a file system that refuses as /proc does. */
function makeFolders(path: string, mode: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (found !== undefined) throw Object.assign(new Error(), { code: "ENOTDIR" });
  if (dirname(path) !== path) makeFolders(dirname(path), 0o777);
  mkdirSync(path, { mode });
}

/** Why a data directory cannot be used, in words for whoever named it. */
const REASONS: Readonly<Record<string, string>> = {
  ENOTDIR: "it, or what it is to lie in, is a file and not a directory",
  EACCES: "this account may not write there",
  EPERM: "this account may not write there",
  EROFS: "its file system is read-only",
  ENOSPC: "there is no room on its disk, or no inode for another file",
  EDQUOT: "this account's quota there is used up",
  ENAMETOOLONG: "its path is longer than the file system allows",
  ENOENT: "its file system lets nobody make a directory there",
  ELOOP: "its path goes round in symbolic links",
};

function unusable(path: string, error: unknown): ServerError {
  const { code = "" } = error as NodeJS.ErrnoException;
  return new ServerError(
    serverErrorCodes.dataDirUnusable,
    `The data directory ${path} cannot be used: ${REASONS[code] ?? reason(error)}. Give another with --data DIR.`,
    error,
  );
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
    if (/busy|locked/i.test(reason(error))) throw inUse(path);
    throw unusable(path, isFull(error) ? { code: "ENOSPC" } : error);
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
