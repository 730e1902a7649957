import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";
import { findPostgres } from "../requirements/programs.js";
import { mountSmallDisk } from "../../server/small-disk-for-tests.js";

/** PostgreSQL does not run as root; `nobody` is on every machine. */
const ACCOUNT = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const START_MS = 30_000;
const FILLER_BYTES = 64 * 1024;
/** Small segments leave a small disk to what the test writes. */
const INITDB = ["--no-sync", "--wal-segsize=1", "--auth=trust", "--username=lectern", "--no-instructions"];
const SETTINGS = ["listen_addresses=", "min_wal_size=2MB", "max_wal_size=4MB", "logging_collector=off"];
/** For as long as a test takes. */
const NO_CHECKPOINTS = ["max_wal_size=1GB", "checkpoint_timeout=1h", "autovacuum=off"];

export interface TestPostgres {
  /** Of a database that exists. */
  url: string;
  /** A new database of the same PostgreSQL. */
  createDatabase(name: string): Promise<string>;
  query(text: string): Promise<Record<string, unknown>[]>;
  /** Ends it, at once and without a word to anybody, or in order. */
  stop(how: "immediate" | "fast"): Promise<void>;
  /** Starts it again with what it had. */
  start(): Promise<void>;
  /** Takes all the room there is left on its disk, where it has one of its own. */
  fillDisk(): void;
  /** Gives it a larger disk, where it has one of its own. */
  enlargeDisk(size: string): void;
  /** Ends it and takes away what it had. */
  remove(): Promise<void>;
}

/**
 * Starts a PostgreSQL of the test's own, on a unix socket; `diskSize` keeps what it has on a file system in memory of that size, all but its
 * log of writes where `logElsewhere` is said: without room for that one, or for a checkpoint, PostgreSQL does not refuse a write, it ends.
 */
export async function startPostgres(
  diskSize?: string,
  { logElsewhere = false }: { logElsewhere?: boolean } = {},
): Promise<TestPostgres> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error("PostgreSQL is missing; the set-up of the tests says why");
  const folder = mkdtempSync(join(tmpdir(), "lectern-pg-"));
  chmodSync(folder, 0o711);
  const [data, sockets] = [join(folder, "data"), join(folder, "run")];
  for (const path of [data, sockets]) mkdirSync(path, { mode: 0o700 });
  const unmount =
    diskSize === undefined ? () => undefined : mountSmallDisk(data, `size=${diskSize},mode=700`);
  for (const path of [data, sockets])
    if (ACCOUNT.uid !== undefined) chownSync(path, ACCOUNT.uid, ACCOUNT.gid);
  const words = logElsewhere ? [...INITDB, `--waldir=${join(sockets, "wal")}`] : INITDB;
  const given = logElsewhere ? [...SETTINGS, ...NO_CHECKPOINTS] : SETTINGS;
  execFileSync(join(bin, "initdb"), ["-D", data, ...words], { ...ACCOUNT, cwd: folder, stdio: "pipe" });
  const urlOf = (name: string) => `postgresql://lectern@/${name}?host=${encodeURIComponent(sockets)}`;
  let running: ChildProcess | undefined;
  const start = async () => {
    if (running?.exitCode === null && running.signalCode === null) return;
    const settings = [...given, `unix_socket_directories=${sockets}`].flatMap((setting) => ["-c", setting]);
    running = spawn(join(bin, "postgres"), ["-D", data, ...settings], {
      ...ACCOUNT,
      cwd: folder,
      stdio: "ignore",
    });
    await untilItAnswers(urlOf("postgres"), running);
  };
  const stop = async (how: "immediate" | "fast") => {
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => running?.once("exit", () => resolve()));
    running.kill(how === "immediate" ? "SIGQUIT" : "SIGINT");
    await ended;
  };
  await start();
  const url = urlOf("lectern");
  await ask(urlOf("postgres"), "CREATE DATABASE lectern");
  return {
    url,
    createDatabase: async (name) => {
      await ask(urlOf("postgres"), `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    query: (text) => ask(url, text),
    stop,
    start,
    fillDisk: () => fill(join(data, "filler")),
    enlargeDisk: (size) =>
      void execFileSync("mount", ["-o", `remount,size=${size}`, data], { stdio: "pipe" }),
    remove: async () => {
      await stop("immediate");
      unmount();
      rmSync(folder, { recursive: true });
    },
  };
}

function fill(file: string): void {
  const descriptor = openSync(file, "w");
  try {
    for (const block = Buffer.alloc(FILLER_BYTES); ;) writeSync(descriptor, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(descriptor);
  }
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + START_MS; ;) {
    try {
      await ask(url, "SELECT 1");
      return;
    } catch (error) {
      if (Date.now() > deadline || child.exitCode !== null || child.signalCode !== null) throw error;
    }
    await delay(50);
  }
}
