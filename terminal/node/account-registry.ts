import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "libsql";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import { findProgram } from "./bubblewrap.js";
import { processOwners } from "./foreground.js";
import type { Account } from "./session-folder.js";

/** Accounts of learners: above what distributions give to people, below what containers map. */
const FIRST_UID = 20_000;
const UID_COUNT = 20_000;
/** One file for the machine, whatever data directories there are; homes outlive a restart, and so does it. */
const REGISTRY = "/var/lib/lectern-accounts/accounts.db";
/** Another host holds the registry for a millisecond at a time. */
const BUSY_MS = 2_000;
/** A directory service that does not answer must not hold up sessions for ever. */
const LOOKUP_MS = 5_000;
/** Accounts looked up at once, about a class. */
const CANDIDATES = 40;
/** How long the answers are believed; what runs under an account begins with a claim, and people are given lower ones. */
const CANDIDATES_MS = 10_000;
/** `getent` ends with 2 where one of the names is unknown (getent(1)). */
const UNKNOWN = 2;

export interface AccountRegistryOptions {
  /** Holds the folders of the sessions, by which a claim that nobody gave back is told. */
  sessionsFolder: string;
  /** For tests; the machine's own where absent. */
  file?: string;
  first?: number;
  count?: number;
}

/**
 * Gives each session of this machine an account of its own, whichever server it belongs to: never one that the machine knows by
 * name, that a container may be mapped to, or that runs a process.
 */
export class AccountRegistry {
  readonly #options: Required<AccountRegistryOptions>;
  readonly #database: Database.Database;
  #candidates: number[] = [];
  #candidatesUntil = 0;
  #search: Promise<void> | undefined;

  /** Throws TERMINAL_ACCOUNT_MISSING where the registry cannot be opened. */
  constructor(options: AccountRegistryOptions) {
    this.#options = { file: REGISTRY, first: FIRST_UID, count: UID_COUNT, ...options };
    this.#database = openRegistry(this.#options.file);
  }

  /** An account that nobody else has or gets; the same again for the same session, whose folder must be there. Throws TERMINAL_ACCOUNT_MISSING. */
  async claim(session: string): Promise<Account> {
    const { sessionsFolder, first, count } = this.#options;
    const own = this.#database
      .prepare("SELECT uid FROM accounts WHERE folder = ? AND session = ?")
      .get(sessionsFolder, session) as { uid: number } | undefined;
    if (own) return accountOf(own.uid);
    for (;;) {
      const uid = await this.#candidate();
      if (uid === undefined)
        throw missing(`All ${count} accounts from ${first} are taken; end other sessions of this machine.`);
      if (!this.#claimOf(uid) && this.#insert(session, accountOf(uid))) return accountOf(uid);
    }
  }

  /** Whether the account is the session's alone; only then may programs run under it, and only then may its processes be ended. */
  holds(session: string, account: Account): boolean {
    const claim = this.#claimOf(account.uid);
    // The data directory was moved, or the machine lost its power before the claim was on the disk.
    if (!claim) return this.#insert(session, account);
    return claim.folder === this.#options.sessionsFolder && claim.session === session;
  }

  /** Gives the account back; no process of it may run any more. */
  release(session: string): void {
    this.#database
      .prepare("DELETE FROM accounts WHERE folder = ? AND session = ?")
      .run(this.#options.sessionsFolder, session);
  }

  close(): void {
    this.#database.close();
  }

  /** An account that was nobody's a moment ago; `undefined` where all are somebody's. */
  async #candidate(): Promise<number | undefined> {
    for (;;) {
      const uid = performance.now() < this.#candidatesUntil ? this.#candidates.pop() : undefined;
      if (uid !== undefined) return uid;
      this.#search ??= this.#findCandidates().finally(() => (this.#search = undefined));
      await this.#search;
      if (this.#candidates.length === 0) return undefined;
    }
  }

  /** Asks the machine about many at once: each question is a program, or a walk through all processes. */
  async #findCandidates(): Promise<void> {
    const { first, count } = this.#options;
    const mapped = mappedRanges();
    const running = processOwners();
    const offset = randomInt(count);
    const isFree = (uid: number): boolean =>
      !running.has(uid) && !mapped.some(({ from, to }) => uid >= from && uid < to) && !this.#claimOf(uid);
    this.#candidates = [];
    for (let at = 0; at < count && this.#candidates.length === 0; at += CANDIDATES) {
      const length = Math.min(CANDIDATES, count - at);
      const free = Array.from({ length }, (_, index) => first + ((offset + at + index) % count)).filter(
        isFree,
      );
      const known = await knownIds(free);
      this.#candidates = free.filter((uid) => !known.has(uid));
    }
    this.#candidatesUntil = performance.now() + CANDIDATES_MS;
  }

  #insert(session: string, { uid }: Account): boolean {
    const { changes } = this.#database
      .prepare("INSERT INTO accounts (uid, folder, session) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
      .run(uid, this.#options.sessionsFolder, session);
    return changes === 1;
  }

  /** Who has the account. A claim whose session is gone from the disk was forgotten, by a host that was killed or a folder that was removed. */
  #claimOf(uid: number): Claim | undefined {
    const claim = this.#database.prepare("SELECT folder, session FROM accounts WHERE uid = ?").get(uid) as
      | Claim
      | undefined;
    if (!claim || existsSync(join(claim.folder, claim.session))) return claim;
    this.#database
      .prepare("DELETE FROM accounts WHERE uid = ? AND folder = ? AND session = ?")
      .run(uid, claim.folder, claim.session);
    return undefined;
  }
}

interface Claim {
  folder: string;
  session: string;
}

function accountOf(uid: number): Account {
  return { uid, gid: uid };
}

function openRegistry(file: string): Database.Database {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const database = new Database(file, { timeout: BUSY_MS });
    // A claim need not wait for the disk: a session finds its account in its own folder, and claims it again.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    database.exec(
      "CREATE TABLE IF NOT EXISTS accounts (uid INTEGER PRIMARY KEY, folder TEXT NOT NULL, session TEXT NOT NULL)",
    );
    return database;
  } catch (error) {
    throw missing(
      `The machine's list of learners' accounts, ${file}, cannot be used: ${(error as Error).message}. See that root can write there.`,
      error,
    );
  }
}

/** Those of the numbers that the machine, or the directory service it asks, knows as a user or a group. */
async function knownIds(ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const known = await Promise.all(["passwd", "group"].map((database) => lookUp(database, ids)));
  return new Set(known.flat());
}

/** `getent` prints what it knows, a line each, with the number in the third field (passwd(5), group(5)). */
function lookUp(database: string, ids: readonly number[]): Promise<number[]> {
  const program = findProgram("getent");
  return new Promise((resolve, reject) => {
    execFile(program, [database, ...ids.map(String)], { env: {}, timeout: LOOKUP_MS }, (error, stdout) => {
      if (!error || error.code === UNKNOWN)
        return resolve(stdout.split("\n").flatMap((line) => (line === "" ? [] : Number(line.split(":")[2]))));
      const said = error.killed ? `no answer within ${LOOKUP_MS / 1_000} s` : error.message;
      reject(
        missing(
          `The machine cannot say whether accounts from ${ids[0]} on are somebody's (${program} ${database}): ${said}.`,
          error,
        ),
      );
    });
  });
}

/** How many accounts no session of this machine has; one that a person or a container has is found out when it is to be given to a session. */
export function accountsLeft(file = REGISTRY): number {
  if (!existsSync(file)) return UID_COUNT;
  const database = new Database(file, { readonly: true });
  try {
    const { taken } = database.prepare("SELECT count(*) AS taken FROM accounts").get() as { taken: number };
    return UID_COUNT - taken;
  } finally {
    database.close();
  }
}

/** The ranges that containers of the machine's people are mapped to (subuid(5)). */
function mappedRanges(): { from: number; to: number }[] {
  return ["/etc/subuid", "/etc/subgid"].flatMap((file) => {
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    return lines.flatMap((line) => {
      const [, from, count] = line.split(":").map(Number);
      return from !== undefined && count !== undefined && count > 0 ? [{ from, to: from + count }] : [];
    });
  });
}

function missing(message: string, cause?: unknown): TerminalError {
  return new TerminalError(terminalErrorCodes.accountMissing, message, cause);
}
