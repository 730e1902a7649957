import { fork } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { builtFile } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { claim, disclaim, findLeftOver, fingerprintOf } from "./owner-file.js";
import { childHandle } from "./process-handle.js";
import type { ProcessHandle } from "./process-handle.js";

export interface ProcessSpec {
  name: string;
  entry: string;
  args: readonly string[];
  /** What the process is told over its channel once that is known; asked at every start. */
  assignment?: () => Promise<object>;
  env: Record<string, string>;
  /** Receives both output streams; the last lines of it explain a process that does not start. Our own output where absent. */
  logFile?: string;
  /** Where its owner is written down, for a process that may outlive us and be taken over by the next supervisor. */
  ownerFile?: string;
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
 * Starts the process, or takes over the one that a supervisor before this has left; waits until it answers, and from then on
 * starts it again whenever it dies, with growing pauses. Throws SERVER_PROCESS_FAILED when the first start fails.
 */
export async function supervise(spec: ProcessSpec, events: ProcessEvents): Promise<SupervisedProcess> {
  const current = (await takeOver(spec, events)) ?? (await startNew(spec, events.signal));
  const keeper = { stopping: false, current, abort: new AbortController() };
  const kept = keep(spec, keeper, events);
  return {
    get pid() {
      return keeper.current.pid;
    },
    stop: async () => {
      keeper.stopping = true;
      keeper.abort.abort();
      await end(keeper.current);
      await kept;
      if (spec.ownerFile !== undefined) disclaim(spec.ownerFile);
    },
  };
}

interface Keeper {
  stopping: boolean;
  current: ProcessHandle;
  abort: AbortController;
}

async function keep(spec: ProcessSpec, keeper: Keeper, events: ProcessEvents): Promise<void> {
  let backOffMs = FIRST_BACK_OFF_MS;
  while (!keeper.stopping) {
    const since = Date.now();
    await keeper.current.gone();
    if (keeper.stopping) return;
    if (Date.now() - since > STEADY_MS) backOffMs = FIRST_BACK_OFF_MS;
    const downSince = Date.now();
    events.report(`${spec.name} ended (${keeper.current.ending()}); starting it again`);
    await delay(backOffMs, undefined, { signal: keeper.abort.signal }).catch(() => undefined);
    if (keeper.stopping) return;
    backOffMs = Math.min(backOffMs * 2, LONGEST_BACK_OFF_MS);
    try {
      keeper.current = start(spec);
      await begun(spec, keeper.current, events.signal);
      events.report(`${spec.name} is back after ${((Date.now() - downSince) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (!keeper.stopping) events.report(error instanceof Error ? error.message : String(error));
      await end(keeper.current);
    }
  }
}

async function takeOver(spec: ProcessSpec, events: ProcessEvents): Promise<ProcessHandle | undefined> {
  if (spec.ownerFile === undefined) return undefined;
  const fingerprint = fingerprintOf(spec.entry, spec.args);
  const found = findLeftOver(spec.ownerFile, fingerprint);
  if (found === undefined) return undefined;
  const { handle, isSame } = found;
  if (isSame && handle.pid !== undefined) {
    claim(spec.ownerFile, handle.pid, fingerprint);
    try {
      await begun(spec, handle, events.signal);
      events.report(`Took over the ${spec.name} that was still running`);
      return handle;
    } catch {
      // It does not answer, so it is ended like one that is too old.
    }
  }
  await end(handle);
  return undefined;
}

async function startNew(spec: ProcessSpec, signal: AbortSignal | undefined): Promise<ProcessHandle> {
  const handle = start(spec);
  try {
    await begun(spec, handle, signal);
    return handle;
  } catch (error) {
    await end(handle);
    throw error;
  }
}

function start(spec: ProcessSpec): ProcessHandle {
  const log = spec.logFile === undefined ? undefined : openLog(spec.logFile);
  const preload = pathToFileURL(builtFile("server/supervisor/end-with-owner.js"));
  if (spec.ownerFile !== undefined) preload.searchParams.set("owner", spec.ownerFile);
  try {
    const child = fork(spec.entry, [...spec.args], {
      env: spec.env,
      // A process group of its own: Ctrl-C reaches the supervisor alone, which ends the others in order.
      detached: true,
      stdio: ["ignore", log ?? "inherit", log ?? "inherit", "ipc"],
      execArgv: ["--import", preload.href],
    });
    if (spec.ownerFile !== undefined && child.pid !== undefined)
      claim(spec.ownerFile, child.pid, fingerprintOf(spec.entry, spec.args));
    return childHandle(child);
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

function openLog(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}

async function begun(
  spec: ProcessSpec,
  handle: ProcessHandle,
  signal: AbortSignal | undefined,
): Promise<void> {
  const assignment = await spec.assignment?.();
  if (assignment) handle.send(assignment);
  const deadline = Date.now() + START_TIMEOUT_MS;
  let last: unknown;
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    if (handle.isGone() || handle.pid === undefined)
      throw failed(spec, `ended (${handle.ending()}) before it answered`);
    try {
      await spec.probe(handle.pid);
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

async function end(handle: ProcessHandle): Promise<void> {
  if (handle.isGone()) return;
  const gone = handle.gone();
  handle.signal("SIGTERM");
  const timer = setTimeout(() => handle.kill(), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}
