import { rmSync } from "node:fs";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { ShellSpec, TerminalAddress, TerminalEvent, TerminalInfo } from "../common/session-host.js";
import type { Confinement } from "./confinement.js";
import { endProcesses } from "./end-processes.js";
import { temporaryFolderOf } from "./start-shell.js";
import { Terminal } from "./terminal.js";

/** Terminals of one session; labs name three at most. */
const TERMINALS_PER_SESSION = 10;
/** Terminals of one host; each costs a pseudo terminal, a thread and about 5 MB (pty/max is 4096 on Linux). */
const TERMINALS = 1_000;

export interface RegistryOptions {
  dataDir: string;
  runtimeDir: string;
  confinement: Confinement;
  allowUnconfined: boolean;
}

/** All terminals of this host by session and name. */
export class TerminalRegistry {
  readonly #options: RegistryOptions;
  readonly #terminals = new Map<string, Terminal>();
  readonly #listeners = new Set<(event: TerminalEvent) => void>();

  constructor(options: RegistryOptions) {
    this.#options = options;
  }

  /** Starts the shell, or returns the one that runs. */
  open(address: TerminalAddress, shell: ShellSpec): TerminalInfo {
    const key = keyOf(address);
    const existing = this.#terminals.get(key);
    if (existing?.isRunning) return existing.info;
    if (!existing) this.#requireRoom(address.session);
    const emit = (event: TerminalEvent): void => this.#emit(event);
    const terminal = new Terminal({ ...this.#options, address, shell, emit });
    existing?.dispose();
    this.#terminals.set(key, terminal);
    return terminal.info;
  }

  list(session?: string): TerminalInfo[] {
    return [...this.#terminals.values()]
      .map((terminal) => terminal.info)
      .filter((info) => session === undefined || info.address.session === session);
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

  async closeSession(session: string): Promise<void> {
    const mine = [...this.#terminals].filter(([, terminal]) => terminal.info.address.session === session);
    await this.#close(mine);
    rmSync(temporaryFolderOf(this.#options.runtimeDir, session), { recursive: true, force: true });
  }

  async closeAll(): Promise<void> {
    await this.#close([...this.#terminals]);
  }

  onEvent(listener: (event: TerminalEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #close(entries: [string, Terminal][]): Promise<void> {
    const closing = new Set(entries.map(([, terminal]) => terminal));
    const kept = [...this.#terminals.values()].filter((terminal) => !closing.has(terminal));
    // An account that another session shares must not be swept: its shells are found by descent alone.
    const shared = new Set(kept.map((terminal) => terminal.uid));
    const uids = [...closing].map((terminal) => terminal.uid).filter((uid) => uid !== undefined);
    await endProcesses([...closing], new Set(uids.filter((uid) => !shared.has(uid))));
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
    for (const listener of this.#listeners) listener(event);
  }
}

function keyOf(address: TerminalAddress): string {
  return `${address.session}/${address.terminal}`;
}
