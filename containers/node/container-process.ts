import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { PassThrough, type Readable, Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { type IPty, spawn as spawnTerminal } from "node-pty";
import { ProgramPipes } from "../../terminal/node/program-pipes.js";
import { releaseQuietPipes } from "../../terminal/node/release-pipes.js";
import type { Account } from "../../terminal/node/session-folder.js";
import { isDrained } from "../../terminal/node/start-shell.js";

/** A sandbox is open in 20 ms; a machine under load takes its time. */
const START_MS = 20_000;
const LOOK_MS = 4;
/** How long the output of a process that has ended waits for somebody who reads nothing, as a client of `kubectl exec` may. */
const UNREAD_OUTPUT_MS = 10 * 60_000;
/** Of what is told of a program that could not be run. */
const REASON_BYTES = 4096;
/** Of output that nobody has read yet, before the process waits. */
const UNREAD_BYTES = 64 * 1024;
/** What a terminal of Linux takes at once. */
const TYPED_BYTES = 4096;
const SIZE = { cols: 80, rows: 24 };

/** What bubblewrap is told of its surroundings: nothing of ours. */
const ENVIRONMENT = { PATH: "/usr/bin:/bin" };

export interface ProcessStreams {
  stdin: boolean;
  tty: boolean;
}

/** A program that could not be run at all. */
export class CannotRunError extends Error {}

/** A process in a sandbox. */
export class ContainerProcess {
  readonly stdin: Writable | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable | undefined;
  /** Resolves with its status, 128 and the signal for one that a signal ended, once all it wrote was read or is given up. */
  readonly exitCode: Promise<number>;
  readonly #statusFile: string;
  readonly #started: Started;
  #pid: number | undefined;
  #isOver = false;

  private constructor(started: Started, statusFile: string) {
    this.stdin = started.stdin;
    this.stdout = started.stdout;
    this.stderr = started.stderr;
    this.#started = started;
    this.#statusFile = statusFile;
    this.exitCode = started.ended.finally(() => {
      this.#isOver = true;
    });
    // Its number may be another process's from then on, long before what it left behind is silent.
    started.onExit(() => (this.#isOver = true));
  }

  /** Starts it and waits until its program runs. Throws `CannotRunError` with what was said where it does not. */
  static async start(
    argv: readonly string[],
    streams: ProcessStreams,
    { statusFile, account }: { statusFile: string; account: Account },
  ): Promise<ContainerProcess> {
    const sandboxed = new ContainerProcess(
      streams.tty ? onTerminal(argv) : onPipes(argv, streams, account),
      statusFile,
    );
    try {
      await sandboxed.#begun();
      return sandboxed;
    } catch (error) {
      sandboxed.kill("SIGKILL");
      sandboxed.#started.kill();
      throw error;
    } finally {
      void sandboxed.exitCode.finally(() => rmSync(statusFile, { force: true }));
    }
  }

  /** On this machine. */
  get pid(): number {
    return this.#pid ?? 0;
  }

  resize(size: { columns: number; rows: number }): void {
    if (!this.#isOver) this.#started.resize(size);
  }

  /** A process that is the first of its container hears of signals that it has no handler for only where they are SIGKILL. */
  kill(signal: "SIGTERM" | "SIGKILL"): void {
    if (this.#isOver || this.#pid === undefined) return;
    try {
      process.kill(this.#pid, signal);
    } catch {
      // It has ended by itself, which is what was wanted.
    }
  }

  /** Ends it, and lets go of its streams, which what it has left behind may hold. */
  end(): void {
    this.kill("SIGKILL");
    this.stdin?.destroy();
    this.#started.letGo();
  }

  async #begun(): Promise<void> {
    const deadline = performance.now() + START_MS;
    let code: number | undefined;
    void this.exitCode.then((status) => (code = status));
    while (performance.now() < deadline) {
      const { child, hasExited } = readStatus(this.#statusFile);
      this.#pid ??= child;
      if (hasExited || (child !== undefined && hasBegun(child))) return;
      if (code !== undefined) throw new CannotRunError(this.#reason(code));
      await wait(LOOK_MS);
    }
    throw new CannotRunError(`its program did not run within ${START_MS / 1000} s`);
  }

  #reason(code: number): string {
    const said = (this.stderr ?? this.stdout).read(REASON_BYTES) as Buffer | null;
    const rest = said ?? ((this.stderr ?? this.stdout).read() as Buffer | null);
    return rest?.toString().trim() || `its sandbox ended with ${code}`;
  }
}

interface Started {
  stdin?: Writable;
  stdout: Readable;
  stderr?: Readable;
  ended: Promise<number>;
  /** Told once the process itself is gone. */
  onExit(listener: () => void): void;
  /** Reads nothing more of what it writes. */
  letGo(): void;
  resize(size: { columns: number; rows: number }): void;
  kill(): void;
}

/** Leaves none of them open where nothing can be started, as with a command line that is too long for the operating system. */
function spawnOn(pipes: ProgramPipes, start: () => ChildProcess): ChildProcess {
  try {
    return start();
  } catch (error) {
    pipes.destroy();
    throw error;
  } finally {
    pipes.closeTheirs();
  }
}

function onPipes(
  [file = "", ...args]: readonly string[],
  { stdin }: ProcessStreams,
  account: Account,
): Started {
  const pipes = new ProgramPipes(account);
  const [input, ...written] = pipes.stdio;
  if (!stdin) pipes.stdin.destroy();
  const child = spawnOn(pipes, () =>
    spawn(file, args, {
      cwd: "/",
      env: ENVIRONMENT,
      stdio: [stdin ? input : "ignore", ...written],
      detached: true,
    }),
  );
  const outputs = [pipes.stdout, pipes.stderr].map((from) => {
    const to = new PassThrough({ highWaterMark: UNREAD_BYTES });
    from.pipe(to);
    return { to, closed: new Promise((resolve) => from.once("close", resolve)) };
  });
  const status = new Promise<number>((resolve) => {
    child.once("error", () => resolve(127));
    child.once("exit", (code) => resolve(code ?? 137));
  });
  const ended = status.then(async (code) => {
    releaseQuietPipes(pipes, { unreadMs: UNREAD_OUTPUT_MS });
    await Promise.all(outputs.map(({ closed }) => closed));
    for (const { to } of outputs) to.end();
    pipes.destroy();
    return code;
  });
  const [stdout, stderr] = outputs.map(({ to }) => to) as [PassThrough, PassThrough];
  return {
    ...(stdin && { stdin: pipes.stdin }),
    stdout,
    stderr,
    ended,
    onExit: (listener) => void child.once("exit", listener),
    letGo: () => {
      pipes.stdout.destroy();
      pipes.stderr.destroy();
    },
    resize: () => undefined,
    kill: () => void child.kill("SIGKILL"),
  };
}

function onTerminal([file = "", ...args]: readonly string[]): Started {
  const pty = spawnTerminal(file, args, {
    name: "xterm",
    ...SIZE,
    cwd: "/",
    env: ENVIRONMENT,
    encoding: null,
  });
  const stdout = new PassThrough({ highWaterMark: UNREAD_BYTES });
  pty.onData((data) => {
    if (stdout.write(data)) return;
    pty.pause();
    stdout.once("drain", () => pty.resume());
  });
  let isOver = false;
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      isOver = true;
      stdout.end();
      resolve(signal ? 128 + signal : exitCode);
    });
  });
  const stdin = new Writable({
    write: (bytes: Buffer, _encoding, done) => {
      writeSlowly(pty, bytes, { isOver: () => isOver, done });
    },
    // The end of the input of a terminal is a key.
    final: (done) => {
      if (!isOver) pty.write(Buffer.of(4));
      done();
    },
  });
  return {
    stdin,
    stdout,
    ended,
    onExit: (listener) => void ended.then(listener),
    letGo: () => {
      if (!isOver) pty.kill("SIGKILL");
    },
    resize: ({ columns, rows }) => {
      if (!isOver && columns > 0 && rows > 0) pty.resize(columns, rows);
    },
    kill: () => {
      if (!isOver) pty.kill("SIGKILL");
    },
  };
}

/** Waits until the terminal takes what it was given: its library would keep all of it, and try again without a pause. */
function writeSlowly(pty: IPty, bytes: Buffer, ends: { isOver: () => boolean; done: () => void }): void {
  if (bytes.length === 0 || ends.isOver()) return ends.done();
  if (!isDrained(pty)) {
    setTimeout(() => writeSlowly(pty, bytes, ends), LOOK_MS);
    return;
  }
  pty.write(bytes.subarray(0, TYPED_BYTES));
  writeSlowly(pty, bytes.subarray(TYPED_BYTES), ends);
}

/** What bubblewrap has told so far: JSON documents, a line each. It tells of an end only where the program had run. */
function readStatus(file: string): { child?: number; hasExited: boolean } {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    // It is not there yet.
  }
  const child = /"child-pid": (\d+)/.exec(text)?.[1];
  return { ...(child !== undefined && { child: Number(child) }), hasExited: text.includes('"exit-code"') };
}

/** Whether bubblewrap has made way for the program. */
function hasBegun(pid: number): boolean {
  try {
    return !readlinkSync(`/proc/${pid}/exe`).endsWith("/bwrap");
  } catch {
    return false;
  }
}
