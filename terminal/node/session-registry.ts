import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { NetworkTarget } from "../common/network-target.js";
import type { RecordingInfo, SessionUse } from "../common/session-host.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { AccountRegistry } from "./account-registry.js";
import { ConfinedProgram, type HostConfinement } from "./confined-program.js";
import type { FolderRemover } from "./folder-remover.js";
import { relatedProcesses } from "./foreground.js";
import { largestOf } from "./largest-sessions.js";
import { memoryOfProcesses } from "./process-memory.js";
import type { KeptRecordings } from "./kept-recordings.js";
import { listRecordings } from "./recording.js";
import { DiskQuota } from "./sandbox/disk-quota.js";
import type { Sandboxes } from "./sandbox/sandboxes.js";
import type { AskedOfSession, LocalSession, SessionFolders, SessionPlace } from "./session-folder.js";
import { systemWords } from "./system-words.js";
import type { TerminalRegistry } from "./terminal-registry.js";

/** Programs of one session that run at once beside its shells. */
const PROGRAMS_PER_SESSION = 32;
/** How long the end waits for sessions that are just being made or cleared away, which takes a tenth of that. */
const CHANGES_MS = 5_000;

export interface SessionRegistryParts extends HostConfinement {
  folders: SessionFolders;
  terminals: TerminalRegistry;
  remover: FolderRemover;
  sandboxes: Sandboxes;
  /** Absent where the host may not switch accounts. */
  accounts?: AccountRegistry;
  /** Where recordings go when their session ends; removed with it where absent. */
  keptRecordings?: KeptRecordings;
  report: (line: string) => void;
}

/** All sessions of this host: what each has on this machine, from `prepare` to `close`. */
export class SessionRegistry {
  readonly #parts: SessionRegistryParts;
  readonly #known = new Map<string, LocalSession>();
  readonly #programs = new Map<string, Set<ConfinedProgram>>();
  /** The last change of each session; the next one waits for it. */
  readonly #changes = new Map<string, Promise<unknown>>();
  readonly #quota: DiskQuota;
  #isClosed = false;

  constructor(parts: SessionRegistryParts) {
    this.#parts = parts;
    const { folders, sandboxes, terminals, report } = parts;
    this.#quota = new DiskQuota({
      folder: folders.root,
      sessions: () => [...this.#known.values()],
      hasOwnTemporary: sandboxes.hasOwnTemporary,
      measure: (session, paths) => sandboxes.measure(session, paths),
      processes: (session) => this.#processes(session),
      tell: (session, text) => terminals.notify(session, text),
      report,
    });
  }

  /** The sessions that take most, largest first; ten at most. What they take of the disk is as of the last count. */
  largest(of: "disk" | "memory"): SessionUse[] {
    if (of === "disk") return this.#quota.largest;
    return largestOf([...this.#known.keys()].map((name) => ({ session: name, bytes: this.#memoryOf(name) })));
  }

  /**
   * Makes account, home and sandbox, and says whether the home has the files that were asked for; what was there of that name is cleared away first. Where it fails nothing is left of it.
   * Throws TERMINAL_ACCOUNT_MISSING, TERMINAL_TOO_MANY where it may reach too much, TERMINAL_FILES_FAILED and TERMINAL_SPAWN_FAILED.
   */
  prepare(name: string, asked: AskedOfSession): Promise<{ session: LocalSession; hasFirstFiles: boolean }> {
    return this.#inTurn(name, async () => {
      const { folders, accounts, remover } = this.#parts;
      await this.#clear(name);
      try {
        folders.reserve(name);
        const { place, hasFirstFiles } = folders.make(name, await accounts?.claim(name), asked);
        return { session: await this.#enclose(place), hasFirstFiles };
      } catch (error) {
        remover.remove(folders.pathOf(name));
        accounts?.release(name);
        throw notMade(name, error);
      }
    });
  }

  names(): Promise<string[]> {
    return this.#parts.folders.names();
  }

  /** Throws TERMINAL_SESSION_UNKNOWN, and TERMINAL_ACCOUNT_MISSING where its account has come into other hands. */
  async get(name: string): Promise<LocalSession> {
    const known = this.#known.get(name);
    return known && this.#isOurs(known) ? known : this.#inTurn(name, () => this.#find(name));
  }

  /** Has the session reach something else from now on. Throws TERMINAL_SESSION_UNKNOWN, TERMINAL_TOO_MANY. */
  async reach(name: string, reaches: readonly NetworkTarget[]): Promise<void> {
    await this.#inTurn(name, async () => {
      const session = await this.#find(name);
      await this.#parts.sandboxes.reach(name, reaches);
      const changed = { ...session, reaches };
      this.#parts.folders.record(changed);
      this.#known.set(name, changed);
    });
  }

  /** Starts a program beside the shells. Throws TERMINAL_SESSION_UNKNOWN, TERMINAL_TOO_MANY, TERMINAL_SPAWN_FAILED. */
  async start(
    name: string,
    command: { argv: readonly string[]; env: Readonly<Record<string, string>> },
  ): Promise<ConfinedProgram> {
    const session = await this.get(name);
    const programs = this.#programs.get(name) ?? new Set();
    if (programs.size >= PROGRAMS_PER_SESSION) {
      const message = `Session ${name} runs ${PROGRAMS_PER_SESSION} programs beside its shells, which is the most it may; wait until some have ended.`;
      throw new TerminalError(terminalErrorCodes.tooMany, message);
    }
    const program = startProgram(session, this.#parts, command);
    this.#programs.set(name, programs.add(program));
    const forget = (): void => void programs.delete(program);
    program.ended().then(forget, forget);
    return program;
  }

  async recordings(name?: string): Promise<RecordingInfo[]> {
    const names = name === undefined ? await this.names() : [name];
    return names.flatMap((session) =>
      listRecordings(join(this.#parts.folders.pathOf(session), "recordings")).map((info) => ({
        session,
        ...info,
      })),
    );
  }

  /** Absolute path of a recording. Throws TERMINAL_RECORDING_UNKNOWN. */
  async recordingPath(session: string, name: string): Promise<string> {
    const known = await this.recordings(session);
    if (known.some((recording) => recording.name === name))
      return join(this.#parts.folders.pathOf(session), "recordings", name);
    const message = `Session ${session} has no recording ${name}.`;
    throw new TerminalError(terminalErrorCodes.recordingUnknown, message);
  }

  /** Ends everything of the session and takes its folder out of the way. */
  close(name: string): Promise<void> {
    return this.#inTurn(name, () => this.#clear(name));
  }

  /**
   * Ends every process; sessions stay as they are for the next host. Those that are just being made or cleared away are so first: nothing is written
   * into their folders afterwards, and accounts and sandboxes are still there for them.
   */
  async closeAll(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#quota.stop(), this.#changesSettled()]);
    for (const program of [...this.#programs.values()].flatMap((programs) => [...programs])) program.kill();
    const accounts = [...this.#known.values()].filter((session) => this.#holdsAccount(session));
    await this.#parts.terminals.closeAll(accounts.flatMap(({ account }) => account?.uid ?? []));
    await this.#parts.sandboxes.stop();
    await this.#parts.remover.stop();
    this.#parts.accounts?.close();
  }

  /** A session that an earlier host has made. */
  async #find(name: string): Promise<LocalSession> {
    const known = this.#known.get(name);
    const place = known ?? (await this.#parts.folders.find(name));
    if (!place) {
      const message = `The session ${name} is not on this machine: it was never prepared here, or has been closed.`;
      throw new TerminalError(terminalErrorCodes.sessionUnknown, message);
    }
    if (!this.#isOurs(place)) {
      const message = `Account ${place.account?.uid} of session ${name} belongs to another session of this machine by now; start the lab again.`;
      throw new TerminalError(terminalErrorCodes.accountMissing, message);
    }
    return known ?? this.#enclose(place);
  }

  async #enclose(place: SessionPlace): Promise<LocalSession> {
    const session = { ...place, sandbox: await this.#parts.sandboxes.open(place) };
    this.#known.set(place.name, session);
    return session;
  }

  /** What runs of a session: as its control group says, or by descent. */
  #processes(name: string): number[] {
    const { sandboxes, terminals } = this.#parts;
    if (sandboxes.countsProcesses) return sandboxes.processes(name);
    const programs = [...(this.#programs.get(name) ?? [])].map(({ pid }) => pid);
    return relatedProcesses(new Set([...terminals.roots(name), ...programs]), new Set());
  }

  #memoryOf(name: string): number {
    return this.#parts.sandboxes.memoryOf(name) ?? memoryOfProcesses(this.#processes(name));
  }

  #isOurs(place: SessionPlace): boolean {
    return place.account === undefined || this.#holdsAccount(place);
  }

  async #clear(name: string): Promise<void> {
    const known = this.#known.get(name);
    // Whoever wants to start something from here on waits, and finds no session.
    this.#known.delete(name);
    const session = known ?? (await this.#parts.folders.find(name));
    const ownsAccount = session?.account !== undefined && this.#holdsAccount(session);
    const { sandboxes, terminals } = this.#parts;
    await terminals.closeSession(name, {
      programs: [...(this.#programs.get(name) ?? [])],
      // What an earlier host has started is in none of our groups.
      ...(known && sandboxes.countsProcesses
        ? { processes: () => sandboxes.processes(name) }
        : { uids: ownsAccount && session.account ? [session.account.uid] : [] }),
    });
    await sandboxes.close(name);
    this.#programs.delete(name);
    if (session) await this.#parts.keptRecordings?.keep(name, session.recordings);
    this.#parts.remover.remove(this.#parts.folders.pathOf(name));
    if (ownsAccount) this.#parts.accounts?.release(name);
  }

  #holdsAccount({ name, account }: SessionPlace): boolean {
    return account !== undefined && (this.#parts.accounts?.holds(name, account) ?? false);
  }

  /** Resolves when nothing is made or cleared away any more, or after five seconds: what hangs then is ended with all the rest. */
  async #changesSettled(): Promise<void> {
    const end = new AbortController();
    const late = wait(CHANGES_MS, undefined, { signal: end.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#changes.values()), late]);
    end.abort();
  }

  #inTurn<Result>(name: string, change: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) return Promise.reject(ending(name));
    const before = this.#changes.get(name) ?? Promise.resolve();
    const result = before.then(change, change);
    const done = result
      .catch(() => undefined)
      .finally(() => {
        if (this.#changes.get(name) === done) this.#changes.delete(name);
      });
    this.#changes.set(name, done);
    return result;
  }
}

function ending(name: string): TerminalError {
  const message = `The terminal host is ending; session ${name} is asked of the next one.`;
  return new TerminalError(terminalErrorCodes.hostLost, message);
}

function notMade(name: string, error: unknown): TerminalError {
  if (error instanceof TerminalError) return error;
  const message = `The folders of session ${name} could not be made: ${systemWords(error)}.`;
  return new TerminalError(terminalErrorCodes.filesFailed, message, error);
}

function startProgram(...options: ConstructorParameters<typeof ConfinedProgram>): ConfinedProgram {
  try {
    return new ConfinedProgram(...options);
  } catch (error) {
    if (error instanceof TerminalError) throw error;
    const message = `A program of session ${options[0].name} did not start: ${systemWords(error)}.`;
    throw new TerminalError(terminalErrorCodes.spawnFailed, message, error);
  }
}
