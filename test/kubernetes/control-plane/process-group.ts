import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const TERM_GRACE_MS = 5_000;
const LOG_TAIL_CHARACTERS = 4_000;

/** Reads pids until its input closes; a closed input without `done` means that our process died, by whatever signal. */
const WATCHDOG = `
pids=
while read -r line; do
  [ "$line" = done ] && exit 0
  pids="$pids $line"
done
kill -9 $pids 2>/dev/null
rm -rf -- "$1"
`;

/** The program and arguments by which another program is started. */
export type Command = (program: string, args: string[]) => [string, string[]];

/**
 * Processes that live and die together in one temporary folder. They end with `stop`, and also when this process ends
 * without calling it, however it ends.
 */
export class ProcessGroup {
  readonly folder: string;
  readonly #children: { name: string; child: ChildProcess }[] = [];
  readonly #watchdog: ChildProcess;
  readonly #command: Command;

  /** `command` says how a program is started where its namespaces are others than ours. */
  constructor(folder: string, command: Command = (program, args) => [program, args]) {
    this.folder = folder;
    this.#command = command;
    this.#watchdog = spawn("sh", ["-c", WATCHDOG, "watchdog", folder], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
    });
    this.#watchdog.unref();
  }

  /** Starts a program whose output goes to `<name>.log` in the folder. */
  start(program: string, args: string[]): void {
    const name = basename(program);
    const log = openSync(join(this.folder, `${name}.log`), "w");
    const child = spawn(...this.#command(program, args), { cwd: this.folder, stdio: ["ignore", log, log] });
    closeSync(log);
    child.once("error", () => undefined);
    this.#children.push({ name, child });
    if (child.pid !== undefined) this.#watchdog.stdin?.write(`${child.pid}\n`);
  }

  /** Throws, with the end of its log, when one of the programs has ended. */
  assertRunning(): void {
    for (const { name, child } of this.#children) {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) continue;
      const log = readFileSync(join(this.folder, `${name}.log`), "utf8").slice(-LOG_TAIL_CHARACTERS);
      throw new Error(`${name} ended with ${child.signalCode ?? child.exitCode ?? "no start"}:\n${log}`);
    }
  }

  /** Ends every process, newest first, and removes the folder. */
  async stop(): Promise<void> {
    for (const { child } of this.#children.toReversed()) await end(child);
    this.#watchdog.stdin?.end("done\n");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const grace = new AbortController();
  await Promise.race([
    exited,
    sleep(TERM_GRACE_MS, undefined, { signal: grace.signal }).catch(() => undefined),
  ]);
  grace.abort();
  child.kill("SIGKILL");
  await exited;
}
