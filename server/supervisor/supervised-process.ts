import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { builtFile } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";

export interface ProcessSpec {
  name: string;
  entry: string;
  args: readonly string[];
  /** What the process is told over its channel once that is known; asked at every start. */
  assignment?: () => Promise<object>;
  env: Record<string, string>;
  /** Receives both output streams; the last lines of it explain a process that does not start. Our own output where absent. */
  logFile?: string;
  /** Resolves when the process answers; called again until it does. */
  probe(pid: number): Promise<void>;
}

export interface SupervisedProcess {
  /** Ends the process and does not start it again; resolves when it is gone. */
  stop(): Promise<void>;
  readonly pid: number | undefined;
}

export interface ProcessEvents {
  /** Gives up a start that is under way. */
  signal?: AbortSignal;
  /** One line for the person at the terminal. */
  report(line: string): void;
}

const START_TIMEOUT_MS = 30_000;
const PROBE_INTERVAL_MS = 40;
/** After this a process that was asked to end is killed; Ctrl-C promises three seconds for all of them. */
const STOP_TIMEOUT_MS = 1_200;
const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 10_000;
/** A process that lived this long starts over with the shortest back-off. */
const STEADY_MS = 30_000;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const TAIL_LINES = 8;

/**
 * Starts the process, waits until it answers, and from then on starts it again whenever it dies, with growing pauses.
 * Throws SERVER_PROCESS_FAILED when the first start fails.
 */
export async function supervise(spec: ProcessSpec, events: ProcessEvents): Promise<SupervisedProcess> {
  const keeper = { stopping: false, child: start(spec), abort: new AbortController() };
  try {
    await begun(spec, keeper.child, events.signal);
  } catch (error) {
    await end(keeper.child);
    throw error;
  }
  const kept = keep(spec, keeper, events);
  return {
    get pid() {
      return keeper.child.pid;
    },
    stop: async () => {
      keeper.stopping = true;
      keeper.abort.abort();
      await end(keeper.child);
      await kept;
    },
  };
}

interface Keeper {
  stopping: boolean;
  child: ChildProcess;
  abort: AbortController;
}

async function keep(spec: ProcessSpec, keeper: Keeper, events: ProcessEvents): Promise<void> {
  let backOffMs = FIRST_BACK_OFF_MS;
  while (!keeper.stopping) {
    const since = Date.now();
    await exited(keeper.child);
    if (keeper.stopping) return;
    if (Date.now() - since > STEADY_MS) backOffMs = FIRST_BACK_OFF_MS;
    const downSince = Date.now();
    events.report(`${spec.name} ended (${ending(keeper.child)}); starting it again`);
    await delay(backOffMs, undefined, { signal: keeper.abort.signal }).catch(() => undefined);
    if (keeper.stopping) return;
    backOffMs = Math.min(backOffMs * 2, LONGEST_BACK_OFF_MS);
    keeper.child = start(spec);
    await begun(spec, keeper.child, events.signal).then(
      () => events.report(`${spec.name} is back after ${((Date.now() - downSince) / 1000).toFixed(1)} s`),
      async (error: unknown) => {
        if (!keeper.stopping) events.report(error instanceof Error ? error.message : String(error));
        await end(keeper.child);
      },
    );
  }
}

function start(spec: ProcessSpec): ChildProcess {
  const log = spec.logFile === undefined ? undefined : openLog(spec.logFile);
  try {
    return fork(spec.entry, [...spec.args], {
      env: spec.env,
      // A process group of its own: Ctrl-C reaches the supervisor alone, which ends the others in order.
      detached: true,
      stdio: ["ignore", log ?? "inherit", log ?? "inherit", "ipc"],
      execArgv: ["--enable-source-maps", "--import", builtFile("server/supervisor/end-with-parent.js")],
    });
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}

async function begun(spec: ProcessSpec, child: ChildProcess, signal?: AbortSignal): Promise<void> {
  const assignment = await spec.assignment?.();
  if (assignment && child.connected) child.send(assignment);
  await answering(spec, child, signal);
}

async function answering(spec: ProcessSpec, child: ChildProcess, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let last: unknown;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    if (hasExited(child) || child.pid === undefined)
      throw failed(spec, `ended (${ending(child)}) before it answered`);
    try {
      await spec.probe(child.pid);
      return;
    } catch (error) {
      last = error;
    }
    await delay(PROBE_INTERVAL_MS);
  }
  throw failed(spec, `did not answer within ${String(START_TIMEOUT_MS / 1000)} s`, last);
}

function failed(spec: ProcessSpec, what: string, cause?: unknown): ServerError {
  const said =
    spec.logFile === undefined ? "" : ` It said:\n${readTail(spec.logFile)}\n Its log is ${spec.logFile}.`;
  return new ServerError(serverErrorCodes.processFailed, `The ${spec.name} ${what}.${said}`, cause);
}

function readTail(file: string): string {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines
    .slice(-TAIL_LINES)
    .map((line) => `  ${line}`)
    .join("\n");
}

async function end(child: ChildProcess): Promise<void> {
  if (hasExited(child) || child.pid === undefined) return;
  const gone = exited(child);
  child.kill("SIGTERM");
  const timer = setTimeout(() => killGroup(child), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It ended between the check and the signal.
  }
}

function exited(child: ChildProcess): Promise<void> {
  if (hasExited(child)) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function ending(child: ChildProcess): string {
  return child.signalCode ?? `exit status ${String(child.exitCode)}`;
}
