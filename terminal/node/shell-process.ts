import { rmSync } from "node:fs";
import { basename } from "node:path";
import { readsCommands } from "./command-reader.js";
import { commandLine, foregroundOf, stoppedChildren, type Foreground } from "./foreground.js";
import type { Account } from "./session-folder.js";
import { integrateAgain, startFileIn, type ShellProgram } from "./shell-integration.js";
import { statFields } from "../../processes/node/process-stat.js";
import { leadsToTerminal, waitsForKey } from "../../processes/node/waits-for-key.js";

/** Characters of a program's command line by which it is named. */
const NAME_CHARACTERS = 80;

export interface ShellProcessOptions {
  /** The process the host started: the shell, or what confines it. */
  pid: number;
  program: ShellProgram;
  /** Secret of the shell's marks. */
  nonce: string;
  /** Holds the start-up file; the host's own. */
  privateFolder: string;
  account: Account | undefined;
  /** Whether a line editor reads at the terminal. */
  isLineRead: () => boolean;
}

/** The shell of a terminal as the kernel shows it, also where another has taken its place. */
export class ShellProcess {
  readonly #options: ShellProcessOptions;
  #pid = 0;
  #argv = "";
  #suspended: ReadonlySet<string> = new Set();
  #program: ShellProgram;

  constructor(options: ShellProcessOptions) {
    this.#options = options;
    this.#program = options.program;
  }

  /** Which shell it is now. */
  get program(): ShellProgram {
    return this.#program;
  }

  /** It has read its start-up file: takes the file with the secret away, and knows it from what may replace it. */
  handleSetUp(program: string | undefined): void {
    this.#pid = foregroundOf(this.#options.pid)?.group ?? this.#options.pid;
    this.#argv = commandLine(this.#pid).join("\0");
    this.#program = program === "zsh" ? "zsh" : "bash";
    rmSync(startFileIn(this.#options.privateFolder, this.#program), { force: true });
  }

  /** Has a shell that stopped itself go on: nobody else is there who could. */
  resume(): void {
    try {
      process.kill(this.#pid, "SIGCONT");
    } catch {
      // It ended meanwhile.
    }
  }

  /** Writes the start-up file again for what has taken its place; answers with the line that has it read. */
  integrateAgain(): string | undefined {
    const group = foregroundOf(this.#options.pid)?.group;
    const name = group === undefined ? "" : nameOf(commandLine(group));
    return integrateAgain(this.#options.privateFolder, name, this.#options);
  }

  /** Removes all that was made for it. */
  forget(): void {
    rmSync(this.#options.privateFolder, { recursive: true, force: true });
  }

  /** Bash draws its prompt where its error output leads. */
  get isPromptShown(): boolean {
    if (this.#program !== "bash") return true;
    try {
      return leadsToTerminal(this.#pid, 2);
    } catch (error) {
      // One that it has closed is not there.
      return (error as NodeJS.ErrnoException).code !== "ENOENT" || this.#pid === 0;
    }
  }

  /** Whether one of its jobs stands still that did not, or has run, since this was asked last. */
  hasSuspended(): boolean {
    const before = this.#suspended;
    this.#suspended = this.#pid === 0 ? before : stoppedChildren(this.#pid);
    return [...this.#suspended].some((job) => !before.has(job));
  }

  /** Who would read what is typed now. */
  foreground(): Foreground {
    const front = foregroundOf(this.#options.pid);
    if (this.#pid === 0) return this.#foregroundAtStart(nameOf(front?.argv ?? []));
    if (!front) return STARTING;
    if (front.group === this.#pid && front.argv.join("\0") === this.#argv) {
      const state = statFields(this.#pid)?.[0];
      // What it starts in its own group, as in `$(...)`, it waits for as well.
      const isIdle = state === "S" && waitsForKey(this.#pid) !== false;
      return { kind: "shell", isIdle, isStopped: state === "T" };
    }
    const isReplaced = front.group === this.#pid;
    if (front.isFork && !isReplaced) return { kind: "program", name: "a command of the shell" };
    if (!readsCommands(front.argv)) return { kind: "program", name: lineOf(front.argv) };
    return { kind: isReplaced ? "replaced" : "interactive", name: nameOf(front.argv) };
  }

  /** A shell that reads lines before it has read our start-up file will not read it any more. */
  #foregroundAtStart(name: string): Foreground {
    return /^(?:ba|z)sh$/.test(name) && this.#options.isLineRead() ? { kind: "replaced", name } : STARTING;
  }
}

const STARTING = { kind: "program", name: "the shell's start-up files" } as const;

/** A command line, by which a program is named. */
function lineOf(argv: readonly string[]): string {
  return [nameOf(argv), ...argv.slice(1)].join(" ").slice(0, NAME_CHARACTERS);
}

function nameOf([program = "a program"]: readonly string[]): string {
  return basename(program).replace(/^-/, "");
}
