import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { StepResult } from "../../workshop/common/api.js";
import { compileLabPage, findPage } from "../../workshop/common/render-page.js";
import { sampleVariables } from "../../workshop/common/variables.js";
import type { Lab } from "../../workshop/common/lab.js";
import type { SessionResource } from "../../workshop/common/session.js";
import { commandId } from "../../workshop/node/step-runner.js";
import type { StepRequest, StepRunner } from "../../workshop/node/step-runner.js";
import type { ActivityDatabase } from "../store/activity-database.js";

export interface StepDeskParts {
  runner: StepRunner;
  host: SessionHost;
  activity: ActivityDatabase;
  log: Logger;
  /** Told of every change of a result, after it is on the disk. */
  onResult: (session: string, result: StepResult) => void;
}

/** A step with what it belongs to. */
export interface Step {
  session: SessionResource;
  lab: Lab;
  page: string;
  step: number;
}

export interface StepDesk {
  /** Begins the step, or joins it where it is under way; resolves when it is queued. */
  begin(step: Step): Promise<StepResult>;
  /** Whether a person's work has been seen done; it stays so, whatever becomes of it in later steps. */
  isDone(step: Step): boolean;
  /** Keeps what a watch saw of a person's work, unless it is done already. */
  notice(step: Step, result: StepResult): void;
  /** Settles what a server that died had left running. */
  resume(find: (session: string) => Pick<Step, "session" | "lab"> | undefined): Promise<void>;
}

const LOST: Partial<StepResult> = {
  state: "unknown",
  message:
    "The terminals were restarted while this ran, so nobody saw how it ended. Look at the terminal, or run it again.",
};

/** Runs steps, keeps their results, and gives each command an id under which a later server finds it again. */
export function createStepDesk(parts: StepDeskParts): StepDesk {
  const running = new Map<string, StepResult>();
  const doneByHand = (step: Step) => (isByHand(step) ? done(parts.activity, step) : undefined);
  const start = (step: Step, id: string, isResumed = false) =>
    new Promise<StepResult>((resolve, reject) => {
      const key = keyOf(step);
      const byHand = isByHand(step);
      const onProgress = (result: StepResult) => {
        const before = byHand ? done(parts.activity, step) : undefined;
        if (before) return resolve(before);
        // What cannot be written down is not begun; what has begun is not given up for it.
        if (running.has(key) || isResumed) keepAnyway(parts, step, result, id);
        else keep(parts, step, result, id);
        running.set(key, result);
        resolve(result);
      };
      parts.runner
        .run({ ...step, id, onProgress } satisfies StepRequest)
        .then((result) => logOutcome(parts.log, step, result), reject)
        .finally(() => running.delete(key));
    });
  return {
    begin: async (step) => doneByHand(step) ?? running.get(keyOf(step)) ?? start(step, randomUUID()),
    isDone: (step) => doneByHand(step) !== undefined,
    notice: (step, result) => {
      // While it is being checked, the check speaks.
      const isNews = result.state === "succeeded" || !running.has(keyOf(step));
      if (isNews && !doneByHand(step)) keepAnyway(parts, step, result, "");
    },
    resume: async (find) => {
      for (const { session, result, command } of parts.activity.unsettled()) {
        const found = find(session);
        if (found === undefined) continue;
        const step = { ...found, page: result.page, step: result.step };
        try {
          if (!(await canGoOn(parts.host, step, { result, command })))
            throw new Error("nobody knows the command");
          await start(step, command, true);
        } catch (error) {
          // Also where the lab has changed meanwhile: one step without a verdict must not keep the server from starting.
          parts.log.warn({ err: error, session, step: nameOf(step) }, "a step could not be taken up");
          keepAnyway(parts, step, { ...result, ...LOST }, command);
        }
      }
    },
  };
}

function keyOf({ session, page, step }: Step): string {
  return `${session.metadata.name}/${page}/${String(step)}`;
}

function keep(
  { activity, onResult }: StepDeskParts,
  { session }: Step,
  result: StepResult,
  command: string,
): void {
  activity.saveStep(session.metadata.name, result, command);
  onResult(session.metadata.name, result);
}

function keepAnyway(parts: StepDeskParts, step: Step, result: StepResult, command: string): void {
  try {
    keep(parts, step, result, command);
  } catch (error) {
    const session = step.session.metadata.name;
    parts.log.error({ err: error, session, step: nameOf(step) }, "a result is kept in memory for now");
    parts.activity.holdStep(session, result, command);
    parts.onResult(session, result);
  }
}

/**
 * Whether the step can be taken up: the host remembers its command, or never got it although the shells are the same. Both end
 * in the command having run once.
 */
async function canGoOn(
  host: SessionHost,
  step: Step,
  { result, command }: { result: StepResult; command: string },
): Promise<boolean> {
  const terminals = await host.list(step.session.metadata.name);
  for (const { address } of terminals) {
    if ((await host.outcome(address, commandId(command, address.terminal))) !== undefined) return true;
  }
  return terminals.length > 0 && result.state === "queued" && isCommand(step);
}

/** Typing is not repeated: whether it arrived cannot be known. */
function isCommand(step: Step): boolean {
  return kindOf(step)?.startsWith("execute") ?? false;
}

function isByHand(step: Step): boolean {
  return kindOf(step) === "manual";
}

function kindOf({ lab, page, step }: Step): string | undefined {
  if (!lab.pages.some(({ name }) => name === page)) return undefined;
  const { actions } = compileLabPage(lab, findPage(lab, page), sampleVariables(lab), {
    fileUrl: (path) => path,
  });
  return actions[step]?.view.kind;
}

function done(activity: ActivityDatabase, { session, page, step }: Step): StepResult | undefined {
  const results = activity.resultsNow(session.metadata.name);
  return results.find(
    (result) => result.page === page && result.step === step && result.state === "succeeded",
  );
}

function logOutcome(log: Logger, step: Step, result: StepResult): void {
  const { state, durationMs, exitStatus } = result;
  const session = step.session.metadata.name;
  log.info({ session, step: nameOf(step), state, durationMs, exitStatus }, "step finished");
}

/** A step as the log names it. */
function nameOf({ page, step }: Step): string {
  return `${page}/${String(step)}`;
}
