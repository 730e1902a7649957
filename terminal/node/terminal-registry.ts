import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { EventsAnswer, EventsPlace } from "../common/host-frames.js";
import type { ShellSpec, TerminalAddress, TerminalEvent, TerminalInfo } from "../common/session-host.js";
import type { HostConfinement } from "./confined-program.js";
import { endProcesses, type Doomed, type Endable } from "./end-processes.js";
import { EventHistory } from "./event-history.js";
import type { LocalSession } from "./session-folder.js";
import type { ScreenWorkers } from "./screen-workers.js";
import { Terminal } from "./terminal.js";

/** Terminals of one session; labs name three at most. */
const TERMINALS_PER_SESSION = 10;
/** Terminals of one host; each costs a pseudo terminal, a thread and about 5 MB (pty/max is 4096 on Linux). */
const TERMINALS = 1_000;

/** What of a session runs besides its terminals. */
export interface SessionProcesses extends Doomed {
  programs: readonly Endable[];
}

/** All terminals of this host by session and name. */
export class TerminalRegistry {
  readonly #options: HostConfinement & { screens: ScreenWorkers };
  readonly #terminals = new Map<string, Terminal>();
  readonly #listeners = new Set<(event: TerminalEvent, at: number) => void>();
  readonly #history = new EventHistory();

  constructor(options: HostConfinement & { screens: ScreenWorkers }) {
    this.#options = options;
  }

  /** Starts the shell, or returns the one that runs. */
  open(session: LocalSession, terminal: string, shell: ShellSpec): TerminalInfo {
    const address = { session: session.name, terminal };
    const key = keyOf(address);
    const existing = this.#terminals.get(key);
    if (existing?.isRunning) return existing.info;
    if (!existing) this.#requireRoom(address.session);
    const emit = (event: TerminalEvent): void => this.#emit(event);
    const opened = new Terminal({ ...this.#options, address, session, shell, emit });
    existing?.dispose();
    this.#terminals.set(key, opened);
    emit({ type: "terminal-opened", address });
    return opened.info;
  }

  list(session?: string): TerminalInfo[] {
    return [...this.#terminals.values()]
      .map((terminal) => terminal.info)
      .filter((info) => session === undefined || info.address.session === session);
  }

  /** Of each session the terminal that was written to last. */
  latest(): Map<string, Terminal> {
    const latest = new Map<string, Terminal>();
    for (const terminal of this.#terminals.values()) {
      const { session } = terminal.info.address;
      const other = latest.get(session);
      if (other === undefined || other.wroteAt < terminal.wroteAt) latest.set(session, terminal);
    }
    return latest;
  }

  /** Throws TERMINAL_NOT_FOUND. */
  get(address: TerminalAddress): Terminal {
    const terminal = this.#terminals.get(keyOf(address));
    if (terminal) return terminal;
    const name = `${address.session}/${address.terminal}`;
    throw new TerminalError(terminalErrorCodes.notFound, `There is no terminal ${name}; open it first.`);
  }

  /** Throws TERMINAL_NOT_FOUND, also where the shell has ended: commands need a running one. */
  running(address: TerminalAddress): Terminal {
    const terminal = this.get(address);
    if (terminal.isRunning) return terminal;
    const name = `${address.session}/${address.terminal}`;
    throw new TerminalError(
      terminalErrorCodes.notFound,
      `The shell of terminal ${name} has ended; open it again.`,
    );
  }

  /** Ends the shell and all that runs in it. Throws TERMINAL_NOT_FOUND. */
  async endShell(address: TerminalAddress): Promise<void> {
    const terminal = this.get(address);
    await endProcesses([terminal]);
  }

  /** Shows a line of Lectern's own in every terminal of the session. */
  notify(session: string, text: string): void {
    for (const terminal of this.#of(session)) terminal.notify(text);
  }

  /** The processes that its terminals were started as. */
  roots(session: string): number[] {
    return this.#of(session)
      .filter(({ isRunning }) => isRunning)
      .map(({ pid }) => pid);
  }

  /** Ends every process of the session and forgets its terminals. */
  async closeSession(session: string, { programs, ...doomed }: SessionProcesses): Promise<void> {
    const mine = [...this.#terminals].filter(([, terminal]) => terminal.info.address.session === session);
    await endProcesses([...mine.map(([, terminal]) => terminal), ...programs], doomed);
    this.#forget(mine);
  }

  /** Ends every process of every session; all that runs under `uids` is theirs. */
  async closeAll(uids: readonly number[]): Promise<void> {
    const all = [...this.#terminals];
    await endProcesses(
      all.map(([, terminal]) => terminal),
      { uids },
    );
    this.#forget(all);
  }

  /** Listeners are told the event's number besides. */
  onEvent(listener: (event: TerminalEvent, at: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What has happened after a place. */
  eventsSince(place: EventsPlace | undefined): EventsAnswer {
    return this.#history.since(place);
  }

  #of(session: string): Terminal[] {
    return [...this.#terminals.values()].filter(({ info }) => info.address.session === session);
  }

  #forget(entries: readonly [string, Terminal][]): void {
    for (const [key, terminal] of entries) {
      terminal.dispose();
      if (this.#terminals.get(key) === terminal) this.#terminals.delete(key);
    }
  }

  #requireRoom(session: string): void {
    if (this.#terminals.size >= TERMINALS) {
      throw new TerminalError(
        terminalErrorCodes.tooMany,
        `The host has ${TERMINALS} terminals; end a session first.`,
      );
    }
    if (this.list(session).length < TERMINALS_PER_SESSION) return;
    const message = `Session ${session} has ${TERMINALS_PER_SESSION} terminals, which is the most it may have.`;
    throw new TerminalError(terminalErrorCodes.tooMany, message);
  }

  #emit(event: TerminalEvent): void {
    const at = this.#history.add(event);
    for (const listener of this.#listeners) listener(event, at);
  }
}

function keyOf(address: TerminalAddress): string {
  return `${address.session}/${address.terminal}`;
}
