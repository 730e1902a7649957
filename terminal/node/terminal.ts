import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { IPty } from "node-pty";
import { FLOW_HIGH, FLOW_LOW } from "../common/flow.js";
import { ReplayBuffer } from "../common/replay-buffer.js";
import { StreamScanner, type ShellMark } from "../common/stream-scanner.js";
import type { TerminalEvent, TerminalInfo } from "../common/session-host.js";
import { CommandQueue } from "./command-queue.js";
import { commandLine, foregroundOf, isInteractive } from "./foreground.js";
import { InputQueue } from "./input-queue.js";
import { Recording } from "./recording.js";
import { Screen } from "./screen.js";
import { isDrained, startShell, type ShellOptions } from "./start-shell.js";
import { Viewer, type ViewedTerminal, type ViewerSink } from "./viewer.js";

/** Size of a shell nobody looks at yet. */
const DEFAULT_COLUMNS = 120;
const DEFAULT_ROWS = 32;
/** How often a paused shell is looked at again, for readers that stopped reading. */
const STALL_LOOK_MS = 1_000;

/** Time a shell has after its prompt to ask for bracketed paste. */
const PASTE_MODE_MS = 50;

export interface TerminalOptions extends ShellOptions {
  emit: (event: TerminalEvent) => void;
}

/** One shell: its pseudo terminal, screen, recent output, recording, readers and commands. */
export class Terminal implements ViewedTerminal {
  readonly stream = randomUUID();
  readonly replay = new ReplayBuffer();
  readonly commands: CommandQueue;
  readonly #options: TerminalOptions;
  readonly #pty: IPty;
  readonly #screen: Screen;
  readonly #recording: Recording;
  readonly #scanner = new StreamScanner();
  readonly #viewers = new Set<Viewer>();
  readonly #nonce: string;
  readonly #confinement: string;
  readonly #privateFolder: string;
  readonly #ended: Promise<void>;
  readonly #input: InputQueue;
  #shellPid = 0;
  #shellArgv = "";
  #exitStatus: number | undefined;
  #isPaused = false;
  #stallTimer: NodeJS.Timeout | undefined;

  constructor(options: TerminalOptions) {
    const { shell, address } = options;
    this.#options = options;
    const columns = shell.columns ?? DEFAULT_COLUMNS;
    const rows = shell.rows ?? DEFAULT_ROWS;
    this.#privateFolder = join(options.session.startFolder, this.stream);
    const started = startShell(options, this.#privateFolder, { columns, rows });
    this.#pty = started.pty;
    this.#input = new InputQueue({
      write: (piece) => this.#pty.write(piece),
      isDrained: () => isDrained(this.#pty),
      isReadByShell: () => this.#screen.bracketedPaste && this.#foreground() === "shell",
    });
    this.#nonce = started.nonce;
    this.#confinement = started.confinement;
    this.#screen = new Screen(columns, rows, (text) => this.#write(text));
    this.#recording = new Recording(options.session.recordings, address.terminal, { columns, rows });
    this.commands = new CommandQueue({
      write: (text) => this.#write(text),
      abortsWithCtrlG: started.program === "bash",
      bracketedPaste: () => this.#bracketedPaste(),
      foreground: () => this.#foreground(),
      onStarted: (id, startedAt) => options.emit({ type: "command-started", address, id, startedAt }),
      onFinished: (outcome) => options.emit({ type: "command-finished", address, outcome }),
    });
    // With encoding null the data are Buffers; the library's types say string.
    this.#pty.onData((data) => this.#receive(data as unknown as Buffer));
    this.#ended = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => resolve(this.#handleExit(signal ? 128 + signal : exitCode)));
    });
  }

  get info(): TerminalInfo {
    const { address } = this.#options;
    const exit = this.#exitStatus === undefined ? {} : { exitStatus: this.#exitStatus };
    const state = this.#exitStatus === undefined ? "running" : "exited";
    return {
      address,
      state,
      ...exit,
      columns: this.columns,
      rows: this.rows,
      confinement: this.#confinement,
    };
  }

  /** The process the host started: the shell, or what confines it. */
  get pid(): number {
    return this.#pty.pid;
  }

  get uid(): number | undefined {
    return this.#options.session.account?.uid;
  }

  get isRunning(): boolean {
    return this.#exitStatus === undefined;
  }

  get exitStatus(): number | undefined {
    return this.#exitStatus;
  }

  get columns(): number {
    return this.#screen.columns;
  }

  get rows(): number {
    return this.#screen.rows;
  }

  /** Resolves when the shell has ended and its recording is complete. */
  ended(): Promise<void> {
    return this.#ended;
  }

  view(sink: ViewerSink, readOnly: boolean): Viewer {
    const viewer = new Viewer(this, sink, readOnly);
    this.#viewers.add(viewer);
    return viewer;
  }

  leave(viewer: Viewer): void {
    viewer.close();
    this.#viewers.delete(viewer);
    this.#regulate();
  }

  input(text: string, from?: Viewer): void {
    if (from) this.wish(from);
    this.commands.handleInput(text);
    this.#write(text);
  }

  /** The reader that was active last decides the size. */
  wish(from: Viewer): void {
    const { size } = from;
    if (!size || !this.isRunning || (size.columns === this.columns && size.rows === this.rows)) return;
    try {
      this.#pty.resize(size.columns, size.rows);
    } catch {
      // The shell ended a moment ago and its descriptor is closed; the exit is on its way.
      return;
    }
    this.#screen.resize(size.columns, size.rows);
    this.#recording.resize(size.columns, size.rows);
    for (const viewer of this.#viewers) viewer.tell({ type: "size", ...size });
  }

  async snapshot(): Promise<{ data: string; position: number }> {
    const position = this.#scanner.safePosition;
    return { data: await this.#screen.snapshot(), position };
  }

  acknowledged(): void {
    this.#regulate();
  }

  /** Forgets the screen; the shell must have ended. */
  dispose(): void {
    this.#screen.dispose();
  }

  #receive(bytes: Buffer): void {
    const start = this.replay.end;
    this.replay.append(bytes);
    this.#recording.output(bytes);
    this.#screen.write(bytes, () => this.#regulate());
    let from = start;
    for (const mark of this.#scanner.scan(bytes)) {
      if (mark.fields.at(-1) !== this.#nonce) continue;
      this.commands.capture?.append(bytes.subarray(from - start, Math.max(from, mark.from) - start));
      if (mark.from < start) this.commands.capture?.cut(start - mark.from);
      from = mark.to;
      this.#handleMark(mark);
    }
    this.commands.capture?.append(bytes.subarray(from - start));
    for (const viewer of this.#viewers) viewer.pump();
    this.#regulate();
  }

  #handleMark(mark: ShellMark): void {
    if (mark.kind === "B" && this.#shellPid === 0) {
      this.#shellPid = foregroundOf(this.pid)?.group ?? this.pid;
      this.#shellArgv = commandLine(this.#shellPid).join("\0");
      rmSync(this.#privateFolder, { recursive: true, force: true });
    }
    // A prompt that is merely drawn again also ends with `B`.
    if (mark.kind !== "B") this.#input.settle();
    this.commands.handleMark({ ...mark, fields: mark.fields.slice(0, -1) });
  }

  /** Bash asks for bracketed paste before its prompt, zsh just after it. */
  async #bracketedPaste(): Promise<boolean> {
    await this.#screen.flush();
    if (this.#screen.bracketedPaste) return true;
    await wait(PASTE_MODE_MS);
    await this.#screen.flush();
    return this.#screen.bracketedPaste;
  }

  #foreground(): ReturnType<ConstructorParameters<typeof CommandQueue>[0]["foreground"]> {
    const front = foregroundOf(this.pid);
    if (!front || this.#shellPid === 0) return "program";
    const name = basename(front.argv[0] ?? "a program").replace(/^-/, "");
    if (front.group === this.#shellPid) {
      return front.argv.join("\0") === this.#shellArgv ? "shell" : { replaced: name };
    }
    return isInteractive(front.argv) ? { interactive: name } : "program";
  }

  /** The fastest reader and our own screen hold up the shell; whoever is slower skips ahead with a snapshot. */
  #regulate(): void {
    const backlogs = [...this.#viewers].map((viewer) => viewer.backlog).filter((size) => size !== undefined);
    const behind = Math.max(this.#screen.pendingBytes, backlogs.length > 0 ? Math.min(...backlogs) : 0);
    if (!this.isRunning || this.#isPaused === behind > (this.#isPaused ? FLOW_LOW : FLOW_HIGH)) return;
    this.#isPaused = !this.#isPaused;
    if (this.#isPaused) {
      this.#pty.pause();
      this.#stallTimer = setInterval(() => this.#regulate(), STALL_LOOK_MS);
    } else {
      clearInterval(this.#stallTimer);
      this.#pty.resume();
    }
  }

  #write(text: string): void {
    if (this.isRunning) this.#input.write(text);
  }

  async #handleExit(exitStatus: number): Promise<void> {
    this.#exitStatus = exitStatus;
    clearInterval(this.#stallTimer);
    this.#input.close();
    rmSync(this.#privateFolder, { recursive: true, force: true });
    this.commands.end(exitStatus);
    for (const viewer of this.#viewers) viewer.finish({ type: "exited", exitStatus });
    this.#options.emit({ type: "terminal-exited", address: this.#options.address, exitStatus });
    await this.#recording.close();
  }
}
