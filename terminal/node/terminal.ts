import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { IPty } from "node-pty";
import { FLOW_HIGH, FLOW_LOW } from "../common/flow.js";
import { ReplayBuffer } from "../common/replay-buffer.js";
import type { TerminalEvent, TerminalInfo } from "../common/session-host.js";
import { SizeHistory } from "../common/size-history.js";
import { StreamScanner, type ShellMark } from "../common/stream-scanner.js";
import { CommandQueue } from "./command-queue.js";
import { endTerminal } from "./give-terminal.js";
import { InputQueue } from "./input-queue.js";
import { lostScreen } from "./lost-shell.js";
import { PageInput } from "./page-input.js";
import { Recording } from "./recording.js";
import { Screen, type ScreenSource, type Snapshot } from "./screen.js";
import type { ScreenWorkers } from "./screen-workers.js";
import { onShellOutput } from "./shell-output.js";
import { ShellProcess } from "./shell-process.js";
import { isDrained, startShell, type ShellOptions } from "./start-shell.js";
import { Viewer, type ViewedTerminal, type ViewerSink } from "./viewer.js";
import { WishedSize, type Sized } from "./wished-size.js";

/** Size of a shell nobody looks at yet. */
const DEFAULT_COLUMNS = 120;
const DEFAULT_ROWS = 32;
/** How often a paused shell is looked at again, for readers that stopped reading. */
const STALL_LOOK_MS = 1_000;

export interface TerminalOptions extends ShellOptions {
  emit: (event: TerminalEvent) => void;
  screens: ScreenWorkers;
}

/** One shell: its pseudo terminal, screen, recent output, recording, readers and commands. */
export class Terminal implements ViewedTerminal, ScreenSource, Sized {
  readonly stream = randomUUID();
  readonly replay = new ReplayBuffer();
  readonly scanner = new StreamScanner();
  readonly sizes: SizeHistory;
  /** When something was written last, or it began, by the clock of `performance`. */
  wroteAt = performance.now();
  readonly pageInput = new PageInput();
  readonly commands: CommandQueue;
  readonly #options: TerminalOptions;
  readonly #pty: IPty;
  readonly #screen: Screen;
  readonly #recording: Recording;
  readonly #viewers = new Set<Viewer>();
  readonly #nonce: string;
  readonly #confinement: string;
  readonly #shell: ShellProcess;
  readonly #ended: Promise<void>;
  readonly #input: InputQueue;
  #exitStatus: number | undefined;
  #isPaused = false;
  #stallTimer: NodeJS.Timeout | undefined;
  readonly #wished: WishedSize;

  constructor(options: TerminalOptions) {
    const { shell, address } = options;
    this.#options = options;
    const columns = shell.columns ?? DEFAULT_COLUMNS;
    const rows = shell.rows ?? DEFAULT_ROWS;
    const privateFolder = join(options.session.startFolder, this.stream);
    this.sizes = new SizeHistory({ columns, rows });
    this.#wished = new WishedSize(this);
    const started = startShell(options, privateFolder, { columns, rows });
    this.#pty = started.pty;
    this.#input = new InputQueue({
      write: (piece) => this.#pty.write(piece),
      isDrained: () => isDrained(this.#pty),
      isReadByShell: () => this.scanner.bracketedPaste && this.#shell.foreground().kind === "shell",
    });
    this.#nonce = started.nonce;
    const isLineRead = (): boolean => this.scanner.bracketedPaste;
    const { account } = options.session;
    this.#confinement = started.confinement;
    let screen: Screen | undefined;
    try {
      this.#shell = new ShellProcess({ ...started, pid: this.#pty.pid, privateFolder, account, isLineRead });
      screen = new Screen(this, options.screens);
      this.#screen = screen;
      const lost = lostScreen(options.session.recordings, address.terminal);
      if (lost) {
        this.replay.append(lost);
        this.scanner.scan(lost);
      }
      this.#recording = new Recording(options.session.recordings, address.terminal, { columns, rows });
    } catch (error) {
      // Nobody would know of a shell whose recording cannot be made room for.
      endTerminal(this.#pty);
      screen?.dispose();
      rmSync(privateFolder, { recursive: true, force: true });
      throw error;
    }
    this.commands = new CommandQueue({
      write: (text) => this.#write(text),
      shell: this.#shell,
      bracketedPaste: isLineRead,
      onStarted: ({ id, text }, startedAt) => {
        this.#recording.mark(text);
        options.emit({ type: "command-started", address, id, startedAt });
      },
      onWaiting: (id, waitsFor) => options.emit({ type: "command-waiting", address, id, waitsFor }),
      onFinished: (outcome) => options.emit({ type: "command-finished", address, outcome }),
    });
    onShellOutput(this.#pty, (bytes) => this.#receive(bytes));
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
    return this.sizes.current.columns;
  }

  get rows(): number {
    return this.sizes.current.rows;
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
    this.#wished.wish(from);
  }

  /** Has the program and the readers see a new size. */
  take(size: { columns: number; rows: number }): void {
    try {
      this.#pty.resize(size.columns, size.rows);
    } catch {
      // The shell ended a moment ago and its descriptor is closed; the exit is on its way.
      return;
    }
    this.sizes.add(this.replay.end, size);
    this.#recording.resize(size.columns, size.rows);
    for (const viewer of this.#viewers) viewer.pump();
  }

  snapshot(): Promise<Snapshot> {
    return this.#screen.snapshot();
  }

  /** What its screen is made of by now: the same as long as nothing is on it that was not there before. */
  get screenVersion(): string {
    return `${this.stream}.${String(this.scanner.safePosition)}.${String(this.sizes.current.number)}`;
  }

  /** See `Screen.text`. */
  screenText(): Promise<readonly string[]> {
    return this.#screen.text();
  }

  answer(text: string): void {
    this.#write(text);
  }

  progress(): void {
    this.#regulate();
  }

  acknowledged(): void {
    this.#regulate();
  }

  /** Shows a line of Lectern's own between what the shell's programs print. */
  notify(text: string): void {
    if (this.isRunning) this.#receive(Buffer.from(`\r\n\u001b[1mLectern:\u001b[0m ${text}\r\n`));
  }

  /** Forgets the screen; the shell must have ended. */
  dispose(): void {
    this.#screen.dispose();
  }

  #receive(bytes: Buffer): void {
    this.wroteAt = performance.now();
    const start = this.replay.end;
    this.replay.append(bytes);
    this.#recording.output(bytes);
    let from = start;
    for (const mark of this.scanner.scan(bytes)) {
      if (!mark.kind.startsWith("read") && mark.fields.at(-1) !== this.#nonce) continue;
      this.commands.capture?.append(bytes.subarray(from - start, Math.max(from, mark.from) - start));
      if (mark.from < start) this.commands.capture?.cut(start - mark.from);
      from = mark.to;
      this.#handleMark(mark);
    }
    this.commands.capture?.append(bytes.subarray(from - start));
    for (const viewer of this.#viewers) viewer.pump();
    this.#screen.follow(this.scanner.takeQuestion());
    this.#regulate();
  }

  #handleMark(mark: ShellMark): void {
    if (mark.kind === "S") this.#input.begin();
    if (mark.kind === "H") this.#shell.handleSetUp(mark.fields[0]);
    const fields = mark.kind.startsWith("read") ? mark.fields : mark.fields.slice(0, -1);
    if (this.commands.handleMark({ ...mark, fields })) this.#input.settle();
  }

  /** The fastest reader and our own screen hold up the shell; whoever is slower skips ahead with a snapshot. */
  #regulate(): void {
    if (!this.isRunning) return;
    const limit = this.#isPaused ? FLOW_LOW : FLOW_HIGH;
    const mustPause = this.#screen.isBehind || this.#shortestBacklog() > limit;
    if (mustPause === this.#isPaused) return;
    this.#isPaused = mustPause;
    if (this.#isPaused) {
      this.#pty.pause();
      this.#stallTimer = setInterval(() => this.#regulate(), STALL_LOOK_MS);
    } else {
      clearInterval(this.#stallTimer);
      this.#pty.resume();
    }
  }

  #shortestBacklog(): number {
    let shortest: number | undefined;
    for (const { backlog } of this.#viewers)
      if (backlog !== undefined) shortest = Math.min(shortest ?? backlog, backlog);
    return shortest ?? 0;
  }

  #write(text: string): void {
    if (this.isRunning) this.#input.write(text);
  }

  async #handleExit(exitStatus: number): Promise<void> {
    this.#exitStatus = exitStatus;
    clearInterval(this.#stallTimer);
    this.#wished.stop();
    this.#input.close();
    this.#shell.forget();
    this.commands.end(exitStatus);
    for (const viewer of this.#viewers) viewer.finish({ type: "exited", exitStatus });
    this.#options.emit({ type: "terminal-exited", address: this.#options.address, exitStatus });
    await this.#recording.close();
  }
}
