import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { CheckResult, StepEntry, StepResult } from "../../workshop/common/api.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { type StepRunOptions, runStep } from "../../workshop/node/run-step.js";
import type { SavedStep } from "../../workshop/node/activity-store.js";
import { cancelStep, commandId, findStep, interruptStep } from "../../workshop/node/session-step.js";
import type { SessionStep, StepSurroundings } from "../../workshop/node/session-step.js";
import { withDeadline } from "../../kubernetes/node/deadline.js";
import { SILENCE_MS } from "../../workshop/node/heard-command.js";
import { repeatWhileAway } from "../../workshop/node/while-away.js";
import type { ActivityTracker } from "../store/activity-tracker.js";
import {
  addressOf,
  doneResult,
  hasVerdict,
  isDoneByPerson,
  keyOf,
  resultOf,
  stepKey,
} from "./step-result.js";
import { StepUnderWay } from "../store/step-under-way.js";

export interface StepsParts extends StepSurroundings {
  activity: ActivityTracker;
  log: Logger;
  /** Told of every change of a result, after it is on the disk. */
  onResult: (session: string, result: StepResult) => void;
}

/** The steps of all sessions: what runs and what became of it. */
export interface Steps {
  /** Begins the step, with what was entered for it, or joins it where it is under way; resolves when it is queued. Throws SESSION_STEP_NOT_RUNNABLE. */
  run(step: SessionStep, entry?: StepEntry): Promise<StepResult>;
  /** Sends Ctrl-C to the step's terminals. */
  interrupt(step: SessionStep): Promise<void>;
  /** Takes the step back where it still waits for its terminal. */
  cancel(step: SessionStep): Promise<void>;
  /** What is known of the conditions of a person's work from before. */
  checksOf(step: SessionStep): Promise<readonly CheckResult[] | undefined>;
  /** Whether a person's work has been seen done; it stays so, whatever becomes of it in later steps. */
  isDone(step: SessionStep): boolean;
  /** Gives what is under way in the session no verdict but that it is not known, because what it is judged by is made anew; `why` is a sentence. */
  leave(session: string, why: string): void;
  /** Holds nothing of what was so of the session's conditions before against what is so now: that was another state of it. */
  forgetChecks(session: string): Promise<void>;
  /** Keeps what a watch saw of a person's work, unless it is done already. */
  notice(step: SessionStep, result: StepResult): void;
  /** Goes on with what a server that died had left running. */
  resume(find: (session: string) => { session: SessionResource; lab: Lab } | undefined): Promise<void>;
  /** Gives no verdicts any more: what runs is left to the server that comes next. */
  close(): void;
}

/** How long a server that starts waits for what it takes up; what takes longer goes on beside it. */
const RESUMED_MS = 5_000;

const LOST: Partial<StepResult> = {
  state: "unknown",
  message:
    "The terminals were restarted while this ran, so nobody saw how it ended. Look at the terminal, or run it again.",
};

/** A step under way. */
interface Running {
  /** Of its command. */
  id: string;
  begun: Promise<StepResult>;
  latest?: StepResult;
  /** Ends the waiting for a verdict; absent while it is being taken up. */
  end?: AbortController;
  /** Resolves when it runs no more; absent while it is being taken up. */
  over?: Promise<void>;
}

interface StartOptions extends StepEntry {
  resumedFrom?: "queued" | "running";
}

/** Runs steps, keeps their results, and gives each command an id under which a later server finds it again. */
export function createSteps(parts: StepsParts): Steps {
  return new SessionSteps(parts);
}

class SessionSteps implements Steps {
  readonly #parts: StepsParts;
  readonly #running = new Map<string, Running>();
  #resuming: Promise<void> | undefined;
  #isClosed = false;
  readonly #ended = new AbortController();

  constructor(parts: StepsParts) {
    this.#parts = parts;
  }

  async run(step: SessionStep, entry: StepEntry = {}): Promise<StepResult> {
    if (this.isDone(step)) return doneResult(this.#parts.activity, step);
    const last = step.action.question && (await resultOf(this.#parts.activity, step));
    if (last?.quiz?.triesLeft === 0) return last;
    const current = this.#running.get(keyOf(step));
    if (current?.over && hasVerdict(current.latest)) {
      // Whoever has seen its verdict begins it anew, also while that is just being put away.
      await current.over;
      return this.run(step, entry);
    }
    return current?.latest ?? current?.begun ?? this.#start(step, randomUUID(), entry);
  }

  interrupt(step: SessionStep): Promise<void> {
    return interruptStep(this.#parts, step);
  }

  async cancel(step: SessionStep): Promise<void> {
    const [session, page, id] = addressOf(step);
    const command =
      this.#running.get(keyOf(step))?.id ??
      (await this.#parts.activity.underWay({ session, page, step: id }))?.command;
    if (command !== undefined) await cancelStep(this.#parts, step, command);
  }

  async checksOf(step: SessionStep): Promise<readonly CheckResult[] | undefined> {
    if (step.action.view.kind !== "manual") return undefined;
    const checks = (await resultOf(this.#parts.activity, step))?.checks;
    return checks?.length === 0 ? undefined : checks;
  }

  leave(session: string, why: string): void {
    for (const [key, { end }] of this.#running) if (key.startsWith(`${session}/`)) end?.abort(new Error(why));
  }

  async forgetChecks(session: string): Promise<void> {
    for (const result of await this.#parts.activity.results(session))
      if (result.state === "idle" && result.checks.length > 0)
        await this.#parts.activity.settle({ session, result: { ...result, checks: [] }, command: "" });
  }

  isDone(step: SessionStep): boolean {
    return isDoneByPerson(step) && this.#parts.activity.isDone(...addressOf(step));
  }

  notice(step: SessionStep, result: StepResult): void {
    // While it is being checked, the check speaks.
    const isNews = result.state === "succeeded" || !this.#running.has(keyOf(step));
    if (isNews && !this.#isClosed && !this.isDone(step)) void settle(this.#parts, step.session, result, "");
  }

  async resume(find: (session: string) => { session: SessionResource; lab: Lab } | undefined): Promise<void> {
    // What is being taken up is not known to run yet, and would be taken up twice.
    this.#resuming ??= this.#resumeAll(find).finally(() => (this.#resuming = undefined));
    await this.#resuming;
  }

  async #resumeAll(find: Parameters<Steps["resume"]>[0]): Promise<void> {
    const isKnown = ({ session, result: { page, step } }: SavedStep) =>
      this.#running.has(`${session}/${page}/${step}`);
    const resumed = (await this.#parts.activity.takeOver(isKnown)).map(async (saved) => {
      const found = find(saved.session);
      if (found && !isKnown(saved)) await this.#resumeOne(found, saved);
    });
    // Whose host is not heard must not keep the server from starting.
    await Promise.race([Promise.all(resumed), sleep(RESUMED_MS, undefined, { ref: false })]);
  }

  async #resumeOne(
    found: { session: SessionResource; lab: Lab },
    { session, result, command }: SavedStep,
  ): Promise<void> {
    const { page, step: id } = result;
    this.#running.set(`${session}/${page}/${id}`, {
      id: command,
      begun: Promise.resolve(result),
      latest: result,
    });
    try {
      const step = await findStep({ ...found, page, step: id }, this.#parts);
      const goesOn = (): Promise<boolean> => canGoOn(this.#parts, step, { result, command });
      const heard = (ended: AbortSignal): Promise<boolean> => repeatWhileAway(goesOn, ended);
      if (!(await withDeadline(SILENCE_MS, this.#ended.signal, heard)))
        throw new Error("nobody knows the command");
      if (this.#isClosed) return;
      const resumedFrom = result.state === "running" ? "running" : "queued";
      await this.#start(step, command, { resumedFrom });
    } catch (error) {
      if (this.#isClosed) return;
      this.#running.delete(`${session}/${page}/${id}`);
      // Also where the lab has changed meanwhile: one step without a verdict must not keep the server from starting.
      this.#parts.log.warn({ err: error, session, step: nameOf(result) }, "a step could not be taken up");
      await settle(this.#parts, found.session, { ...result, ...LOST }, command);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#ended.abort();
  }

  #start(step: SessionStep, id: string, { answer, inputs, resumedFrom }: StartOptions): Promise<StepResult> {
    const failuresBefore = () => this.#parts.activity.failures(stepKey(step));
    let over = Promise.resolve();
    const end = new AbortController();
    const begun = new Promise<StepResult>((resolve, reject) => {
      const onQueued = async (result: StepResult): Promise<void> => {
        resolve(
          await this.#noteBegin({ session: step.session.metadata.name, result, command: id }, resumedFrom),
        );
      };
      over = this.#go(step, {
        id,
        onQueued,
        signal: end.signal,
        ...(resumedFrom && { resumedFrom }),
        ...(inputs && { inputs }),
        ...(answer && { answer: { given: answer, failuresBefore } }),
      })
        .catch((error: unknown) =>
          error instanceof StepUnderWay ? resolve(error.run.result) : reject(error),
        )
        .finally(() => {
          if (this.#running.get(keyOf(step))?.id === id) this.#running.delete(keyOf(step));
        });
    });
    this.#running.set(keyOf(step), { id, begun, over, end });
    return begun;
  }

  async #go(step: SessionStep, options: StepRunOptions & { id: string }): Promise<void> {
    const baseline = await this.checksOf(step);
    // One after the other: a result that takes longer to write must not be told after the one that followed it.
    let settled = Promise.resolve();
    const onProgress = (result: StepResult): void => {
      const isSaved = result.state === "queued" && result.waitsFor === undefined;
      if (isSaved || this.#isClosed || this.isDone(step)) return;
      const entry = this.#running.get(keyOf(step));
      if (entry) entry.latest = result;
      settled = settled.then(() => settle(this.#parts, step.session, result, options.id));
    };
    const result = await runStep(this.#parts, step, {
      ...options,
      onProgress,
      ...(baseline && { baseline }),
    });
    // Until its verdict is written, or waits to be, the run is this server's.
    await settled;
    if (!this.#isClosed) logOutcome(this.#parts.log, step, result);
  }

  /** What cannot be written down is not begun; what has begun is not given up for it. */
  async #noteBegin(saved: SavedStep, resumedFrom: string | undefined): Promise<StepResult> {
    const { activity, onResult } = this.#parts;
    const noted = resumedFrom
      ? ((await activity.settle(saved)) ?? saved.result)
      : await activity.begin(saved);
    onResult(saved.session, noted);
    return noted;
  }
}

async function settle(
  { activity, onResult }: StepsParts,
  { metadata }: SessionResource,
  result: StepResult,
  command: string,
): Promise<void> {
  const noted = await activity.settle({ session: metadata.name, result, command });
  if (noted) onResult(metadata.name, noted);
}

/**
 * Whether the step can be taken up: the host remembers its command, or never got it although the shells are the same. Both end
 * in the command having run once. Typing is not repeated: whether it arrived cannot be known.
 */
async function canGoOn(
  { host }: StepsParts,
  { session, action }: SessionStep,
  { result, command }: { result: StepResult; command: string },
): Promise<boolean> {
  const terminals = await host.terminals(session.metadata.name);
  for (const { address } of terminals) {
    if ((await host.outcome(address, commandId(command, address.terminal))) !== undefined) return true;
  }
  return terminals.length > 0 && result.state === "queued" && action.view.kind.startsWith("execute");
}

function logOutcome(log: Logger, { session }: SessionStep, result: StepResult): void {
  const { state, durationMs, exitStatus } = result;
  log.info(
    { session: session.metadata.name, step: nameOf(result), state, durationMs, exitStatus },
    "step finished",
  );
}

/** A step as the log names it. */
function nameOf({ page, step }: Pick<StepResult, "page" | "step">): string {
  return `${page}/${step}`;
}
