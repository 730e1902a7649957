import { fork } from "node:child_process";
import { closeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { builtFile } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { answers, untilDeaf } from "./liveness.js";
import type { Probe } from "./liveness.js";
import { claim, disclaim, findLeftOver, fingerprintOf } from "./owner-file.js";
import { childHandle } from "./process-handle.js";
import type { ProcessHandle } from "./process-handle.js";
import { keepBounded, openLog, readTail } from "./process-log.js";
import { runAhead } from "./run-ahead.js";

export interface ProcessSpec {
  name: string;
  entry: string;
  /** A command line that becomes the process it is put before, such as `unshare --mount --`; none where absent. */
  launcher?: readonly string[];
  args: readonly string[];
  /** What the process is told over its channel once that is known; asked at every start. */
  assignment?: () => Promise<object>;
  env: Record<string, string>;
  /** Receives both output streams; the last lines of it explain a process that does not start. Our own output where absent. */
  logFile?: string;
  /** Where its owner is written down, for a process that may outlive us and be taken over by the next supervisor. */
  ownerFile?: string;
  /** Resolves when the process answers: asked until it does at the start, and from then on for as long as it runs. */
  probe: Probe;
  /** What Node itself is told, besides what every supervised process is. */
  nodeFlags?: readonly string[];
  /** Milliseconds between two questions to a process that answers; one second where absent. */
  probeEveryMs?: number;
  /** Milliseconds of silence after which a process that runs is replaced; ten seconds where absent. */
  deafMs?: number;
  /** Whether every click waits for it, so that learners' programs let it go first. */
  runsAhead?: boolean;
  /** What goes with the process when it ends by itself, in a sentence for the person at the terminal; asked afterwards. */
  lost?: () => string | undefined;
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
/** What a supervisor before this left running and does not answer within this is deaf, and replaced. */
const TAKE_OVER_TIMEOUT_MS = 10_000;
const PROBE_INTERVAL_MS = 40;
/** After this a process that was asked to end is killed; Ctrl-C promises three seconds for all of them. */
const STOP_TIMEOUT_MS = 1_200;
const FIRST_BACK_OFF_MS = 100;
const LONGEST_BACK_OFF_MS = 10_000;
/** A process that lived this long starts over with the shortest back-off. */
const STEADY_MS = 30_000;

/**
 * Starts the process, or takes over the one that a supervisor before this has left; waits until it answers, and from then on
 * starts it again whenever it dies, with growing pauses, and replaces it where it lives but does not answer. Its log is kept within
 * bounds. Throws SERVER_PROCESS_FAILED when the first start fails.
 */
export async function supervise(spec: ProcessSpec, events: ProcessEvents): Promise<SupervisedProcess> {
  const current = (await takeOver(spec, events)) ?? (await startNew(spec, events.signal));
  const keeper = { stopping: false, current, abort: new AbortController() };
  const kept = keep(spec, keeper, events);
  if (spec.logFile !== undefined) void keepBounded(spec.logFile, keeper.abort.signal);
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
    const since = performance.now();
    const how = await untilUnfit(spec, keeper);
    if (keeper.stopping) return;
    if (performance.now() - since > STEADY_MS) backOffMs = FIRST_BACK_OFF_MS;
    const downSince = performance.now();
    events.report(`${spec.name} ${how}`);
    const lost = spec.lost?.();
    if (lost !== undefined) events.report(lost);
    await delay(backOffMs, undefined, { signal: keeper.abort.signal }).catch(() => undefined);
    if (keeper.stopping) return;
    backOffMs = Math.min(backOffMs * 2, LONGEST_BACK_OFF_MS);
    try {
      keeper.current = start(spec);
      await begun(spec, keeper.current, { signal: events.signal });
      events.report(`${spec.name} is back after ${((performance.now() - downSince) / 1000).toFixed(1)} s`);
    } catch (error) {
      if (!keeper.stopping) events.report(error instanceof Error ? error.message : String(error));
      await end(keeper.current);
    }
  }
}

/** Waits until the process has ended, or ends it where it does not answer any more; says which. */
async function untilUnfit(spec: ProcessSpec, { current, abort }: Keeper): Promise<string> {
  const watch = new AbortController();
  const stop = () => watch.abort();
  abort.signal.addEventListener("abort", stop, { once: true });
  if (abort.signal.aborted) stop();
  const deaf = untilDeaf(current.pid ?? 0, spec.probe, {
    signal: watch.signal,
    deafMs: spec.deafMs,
    everyMs: spec.probeEveryMs,
  });
  const isGone = await Promise.race([current.gone().then(() => true), deaf.then(() => current.isGone())]);
  abort.signal.removeEventListener("abort", stop);
  stop();
  if (isGone || abort.signal.aborted) {
    await current.gone();
    return `ended (${current.ending()}); starting it again`;
  }
  // Asking it to end would be waiting for an answer again.
  current.kill();
  await current.gone();
  return "runs but does not answer; it was killed, starting it again";
}

/** Ends what a supervisor before this has left running, whatever it is. */
export async function endLeftOver(ownerFile: string): Promise<void> {
  const found = findLeftOver(ownerFile, "");
  if (found !== undefined) await end(found.handle);
  disclaim(ownerFile);
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
      await begun(spec, handle, { signal: events.signal, timeoutMs: TAKE_OVER_TIMEOUT_MS });
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
    await begun(spec, handle, { signal });
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
  const [execPath, ...before] = spec.launcher ? [...spec.launcher, process.execPath] : [process.execPath];
  try {
    const child = fork(spec.entry, [...spec.args], {
      env: spec.env,
      // A process group of its own: Ctrl-C reaches the supervisor alone, which ends the others in order.
      detached: true,
      stdio: ["ignore", log ?? "inherit", log ?? "inherit", "ipc"],
      execPath,
      execArgv: [...before, ...(spec.nodeFlags ?? []), "--import", preload.href],
    });
    // A session of its own has begun by now.
    if (spec.runsAhead && child.pid !== undefined) runAhead(child.pid);
    if (spec.ownerFile !== undefined && child.pid !== undefined)
      claim(spec.ownerFile, child.pid, fingerprintOf(spec.entry, spec.args));
    return childHandle(child);
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

async function begun(
  spec: ProcessSpec,
  handle: ProcessHandle,
  { signal, timeoutMs = START_TIMEOUT_MS }: { signal: AbortSignal | undefined; timeoutMs?: number },
): Promise<void> {
  const assignment = await spec.assignment?.();
  if (assignment) handle.send(assignment);
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    if (handle.isGone() || handle.pid === undefined)
      throw failed(spec, `ended (${handle.ending()}) before it answered`);
    if (await answers(handle.pid, spec.probe)) return;
    await delay(PROBE_INTERVAL_MS);
  }
  throw failed(spec, `did not answer within ${String(timeoutMs / 1000)} s`);
}

function failed(spec: ProcessSpec, what: string): ServerError {
  const said =
    spec.logFile === undefined ? "" : ` It said:\n${readTail(spec.logFile)}\n Its log is ${spec.logFile}.`;
  return new ServerError(serverErrorCodes.processFailed, `The ${spec.name} ${what}.${said}`);
}

async function end(handle: ProcessHandle): Promise<void> {
  if (handle.isGone()) return;
  const gone = handle.gone();
  handle.signal("SIGTERM");
  const timer = setTimeout(() => handle.kill(), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(timer);
}
