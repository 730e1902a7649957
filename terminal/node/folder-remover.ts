import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, renameSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { constants, setPriority } from "node:os";
import { basename, join } from "node:path";
import { findProgram } from "./bubblewrap.js";

/** A removal that takes longer hangs: a million files take a minute. */
const REMOVAL_MS = 10 * 60_000;
const RETRY_MIN_MS = 30_000;
const RETRY_MAX_MS = 60 * 60_000;
/** Characters of what `rm` says that are kept: it names every file it cannot remove. */
const SAID_CHARACTERS = 2_000;

export interface RemoverOptions {
  /** On the same file system as what is removed; the host's own. */
  folder: string;
  /** One line for the log. */
  report(line: string): void;
  /** Milliseconds until a removal that failed is tried again; doubles up to an hour. 30,000 where absent. */
  retryMs?: number;
}

/**
 * Takes away folders that somebody else filled: a rename puts one out of the way at once, `rm` gives its bytes back afterwards, in
 * a process of its own that walks by descriptors, so that no depth, number or kind of files holds up anybody.
 */
export class FolderRemover {
  readonly #options: RemoverOptions;
  #child: ChildProcess | undefined;
  #working: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retryMs: number;
  #isAsked = false;
  #isStopped = false;

  /** Goes on with what an earlier process left. */
  constructor(options: RemoverOptions) {
    this.#options = options;
    this.#retryMs = options.retryMs ?? RETRY_MIN_MS;
    this.#makeFolder();
    this.#start();
  }

  /** Puts the folder out of the way; its removal goes on in the background. Throws where it cannot be renamed. */
  remove(path: string): void {
    // Without it the rename would fail as if there was nothing to remove.
    this.#makeFolder();
    try {
      renameSync(path, join(this.#options.folder, `${basename(path)}-${randomUUID()}`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    this.#start();
  }

  /** What is not removed yet. */
  async left(): Promise<string[]> {
    try {
      return await readdir(this.#options.folder);
    } catch (error) {
      // Somebody has made room by hand.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }

  /** Resolves when nothing is being removed: all is gone, or a retry waits. */
  async settled(): Promise<void> {
    await this.#working;
  }

  /** Lets go; what is left is removed by the next remover of the folder. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#child?.kill("SIGKILL");
    await this.settled();
  }

  #makeFolder(): void {
    mkdirSync(this.#options.folder, { recursive: true });
    chmodSync(this.#options.folder, 0o700);
  }

  #start(): void {
    if (this.#isStopped) return;
    this.#isAsked = true;
    this.#working ??= this.#work();
  }

  async #work(): Promise<void> {
    // Asked again while it works, what it works on has grown since it looked.
    while (this.#isAsked && !this.#isStopped) {
      this.#isAsked = false;
      try {
        await this.#removeAll();
      } catch (error) {
        this.#options.report(`Ended sessions are not removed: ${String(error)}`);
        this.#retryLater();
      }
    }
    this.#working = undefined;
  }

  async #removeAll(): Promise<void> {
    const failed = new Set<string>();
    for (let names = await this.left(); names.length > 0; names = await this.left()) {
      const name = names.find((candidate) => !failed.has(candidate));
      if (name === undefined || this.#isStopped) break;
      const problem = await this.#removeOne(name);
      if (problem === undefined) continue;
      failed.add(name);
      if (!this.#isStopped)
        this.#options.report(`${join(this.#options.folder, name)} stays for now: ${problem}`);
    }
    if (failed.size === 0) this.#retryMs = this.#options.retryMs ?? RETRY_MIN_MS;
    else this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), this.#retryMs);
    this.#timer.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MAX_MS);
  }

  /** What was in the way, or `undefined` where all is gone. */
  async #removeOne(name: string): Promise<string | undefined> {
    const problem = await this.#run([findProgram("rm"), "-rf", "--one-file-system", "--", name]);
    // Folders that their owner has closed to itself stop everybody but root.
    if (problem === undefined || process.getuid?.() === 0) return problem;
    await this.#run([findProgram("chmod"), "-R", "u+rwx", "--", name]);
    return this.#run([findProgram("rm"), "-rf", "--one-file-system", "--", name]);
  }

  #run(argv: readonly string[]): Promise<string | undefined> {
    const [file = "", ...args] = argv;
    return new Promise((resolve) => {
      const child = spawn(file, args, {
        cwd: this.#options.folder,
        env: { LC_ALL: "C" },
        stdio: ["ignore", "ignore", "pipe"],
        timeout: REMOVAL_MS,
        killSignal: "SIGKILL",
      });
      this.#child = child;
      child.once("error", (error) => resolve(error.message));
      if (child.pid === undefined) return;
      yieldToOthers(child.pid);
      let said = "";
      child.stderr.on("data", (bytes: Buffer) => {
        if (said.length < SAID_CHARACTERS) said += bytes.toString("utf8");
      });
      child.once("close", (status, signal) => {
        if (status === 0) return resolve(undefined);
        resolve(firstLine(said) ?? `rm ended with ${signal ?? String(status)}`);
      });
    });
  }
}

function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}

function firstLine(text: string): string | undefined {
  const line = text.trim().split("\n", 1)[0];
  return line === "" ? undefined : line;
}
