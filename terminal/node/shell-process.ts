import { readlinkSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { commandLine, foregroundOf, isInteractive, type Foreground } from "./foreground.js";
import type { Account } from "./session-folder.js";
import { integrateAgain, startFileIn, type ShellProgram } from "./shell-integration.js";
import { statFields } from "../../processes/node/process-stat.js";

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
      return /^\/dev\/(?:pts\/|tty|console)/.test(readlinkSync(`/proc/${this.#pid}/fd/2`));
    } catch (error) {
      // One that it has closed is not there.
      return (error as NodeJS.ErrnoException).code !== "ENOENT" || this.#pid === 0;
    }
  }

  /** Who would read what is typed now. */
  foreground(): Foreground {
    const front = foregroundOf(this.#options.pid);
    const name = nameOf(front?.argv ?? []);
    const isStarting = this.#pid === 0;
    if (front && isStarting && /^(?:ba|z)sh$/.test(name) && this.#options.isLineRead())
      return { kind: "replaced", name };
    if (!front || isStarting) return { kind: "program", name: "the shell's start-up files" };
    if (front.group === this.#pid) {
      if (front.argv.join("\0") !== this.#argv) return { kind: "replaced", name };
      const state = statFields(this.#pid)?.[0];
      return { kind: "shell", isIdle: state === "S", isStopped: state === "T" };
    }
    if (front.isFork) return { kind: "program", name: "a command of the shell" };
    return isInteractive(front.argv)
      ? { kind: "interactive", name }
      : { kind: "program", name: [name, ...front.argv.slice(1)].join(" ").slice(0, NAME_CHARACTERS) };
  }
}

function nameOf([program = "a program"]: readonly string[]): string {
  return basename(program).replace(/^-/, "");
}
