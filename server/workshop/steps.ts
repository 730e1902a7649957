import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { StepResult } from "../../workshop/common/api.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { commandId, findStep, interruptStep, runStep } from "../../workshop/node/run-step.js";
import type { SessionStep, StepSurroundings } from "../../workshop/node/run-step.js";
import type { ActivityTracker } from "../store/activity-tracker.js";

export interface StepsParts extends StepSurroundings {
  activity: ActivityTracker;
  log: Logger;
  /** Told of every change of a result, after it is on the disk. */
  onResult: (session: string, result: StepResult) => void;
}

/** The steps of all sessions: what runs and what became of it. */
export interface Steps {
  /** Begins the step, or joins it where it is under way; resolves when it is queued. Throws SESSION_STEP_NOT_RUNNABLE. */
  run(step: SessionStep): Promise<StepResult>;
  /** Sends Ctrl-C to the step's terminals. */
  interrupt(step: SessionStep): Promise<void>;
  /** Whether a person's work has been seen done; it stays so, whatever becomes of it in later steps. */
  isDone(step: SessionStep): boolean;
  /** Keeps what a watch saw of a person's work, unless it is done already. */
  notice(step: SessionStep, result: StepResult): void;
  /** Settles what a server that died had left running. */
  resume(find: (session: string) => { session: SessionResource; lab: Lab } | undefined): Promise<void>;
}

const LOST: Partial<StepResult> = {
  state: "unknown",
  message:
    "The terminals were restarted while this ran, so nobody saw how it ended. Look at the terminal, or run it again.",
};

/** A step under way. */
interface Running {
  begun: Promise<StepResult>;
  latest?: StepResult;
}

/** Runs steps, keeps their results, and gives each command an id under which a later server finds it again. */
export function createSteps(parts: StepsParts): Steps {
  const { activity } = parts;
  const running = new Map<string, Running>();
  const isDoneByHand = (step: SessionStep) => isByHand(step) && activity.isDone(...addressOf(step));
  const start = (step: SessionStep, id: string, isResumed = false): Promise<StepResult> => {
    const key = keyOf(step);
    const begun = new Promise<StepResult>((resolve, reject) => {
      const onQueued = async (result: StepResult) => {
        const saved = { session: step.session.metadata.name, result, command: id };
        // What cannot be written down is not begun; what has begun is not given up for it.
        const noted = await (isResumed ? activity.settle(saved) : activity.begin(saved));
        parts.onResult(saved.session, noted);
        resolve(noted);
      };
      const onProgress = (result: StepResult) => {
        if (result.state === "queued" || isDoneByHand(step)) return;
        entry.latest = result;
        void settle(parts, step.session, result, id);
      };
      runStep(parts, step, { id, onQueued, onProgress })
        .then((result) => logOutcome(parts.log, step, result), reject)
        .finally(() => running.delete(key));
    });
    const entry: Running = { begun };
    running.set(key, entry);
    return begun;
  };
  return {
    run: async (step) => {
      if (isDoneByHand(step)) return doneResult(activity, step);
      const current = running.get(keyOf(step));
      return current?.latest ?? current?.begun ?? start(step, randomUUID());
    },
    interrupt: (step) => interruptStep(parts, step),
    isDone: isDoneByHand,
    notice: (step, result) => {
      // While it is being checked, the check speaks.
      const isNews = result.state === "succeeded" || !running.has(keyOf(step));
      if (isNews && !isDoneByHand(step)) void settle(parts, step.session, result, "");
    },
    resume: async (find) => {
      for (const { session, result, command } of await activity.unsettled()) {
        const found = find(session);
        if (found === undefined) continue;
        try {
          const step = findStep({ ...found, page: result.page, step: result.step }, parts);
          if (!(await canGoOn(parts, step, { result, command }))) throw new Error("nobody knows the command");
          await start(step, command, true);
        } catch (error) {
          // Also where the lab has changed meanwhile: one step without a verdict must not keep the server from starting.
          parts.log.warn({ err: error, session, step: nameOf(result) }, "a step could not be taken up");
          await settle(parts, found.session, { ...result, ...LOST }, command);
        }
      }
    },
  };
}

function keyOf({ session, page, action }: SessionStep): string {
  return `${session.metadata.name}/${page}/${action.view.step}`;
}

async function settle(
  { activity, onResult }: StepsParts,
  { metadata }: SessionResource,
  result: StepResult,
  command: string,
): Promise<void> {
  onResult(metadata.name, await activity.settle({ session: metadata.name, result, command }));
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

function isByHand({ action }: SessionStep): boolean {
  return action.view.kind === "manual";
}

function addressOf({ session, page, action }: SessionStep): [session: string, page: string, step: string] {
  return [session.metadata.name, page, action.view.step];
}

async function doneResult(activity: ActivityTracker, step: SessionStep): Promise<StepResult> {
  const [session, page, id] = addressOf(step);
  const found = (await activity.results(session)).find(
    (result) => result.page === page && result.step === id,
  );
  return found ?? { page, step: id, number: step.action.view.number, state: "succeeded", checks: [] };
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
