import type { PolicyAdministration } from "../../policy/common/administration.js";
import { unlessAborted } from "../../kubernetes/node/deadline.js";
import type { PageAction } from "../common/action.js";
import type { CheckResult, StepState } from "../common/api.js";
import { MAX_OUTPUT_CHARACTERS, outputMismatch } from "../common/expected-output.js";
import { fillValue } from "../common/fill-plain.js";
import type { Lab, LabPage, LabProblem, StandIn } from "../common/lab.js";
import type { CompiledPage } from "../common/render-page.js";
import type { SessionResource } from "../common/session.js";
import type { Variables } from "../common/variables.js";
import { portsBegun, untilListening } from "./begun-ports.js";
import { GoingOn } from "./going-on.js";
import { NestedShells } from "./nested-shells.js";
import { PAGE_TIME } from "./page-compiler.js";
import { variablesOf } from "./session-environment.js";
import type { StepSurroundings } from "./session-step.js";
import { baselineOf } from "./step-conditions.js";
import type { StepPlayer, TakeOptions } from "./step-player.js";
import { UnansweredSteps, isUnanswered } from "./unanswered-steps.js";
import { placeOf, stepOf, verdictBefore } from "./validated-step.js";
import type { AcceptedOutput, ValidatedStep } from "./validation-report.js";
import { withoutCommand } from "./without-command.js";

/** Where pages are replayed. */
export interface ReplayParts extends StepSurroundings {
  policies: Pick<PolicyAdministration, "applyPolicy" | "deletePolicy">;
}

export interface ReplayOptions {
  /** Where it runs; steps with `skip=ENVIRONMENT` are left out. */
  environment?: string;
  /** Leave the stand-ins out, to see that the lab notices. */
  withoutStandIns?: boolean;
  /** A step whose command does nothing instead, to see that the lab notices. */
  without?: Pick<ValidatedStep, "page" | "step">;
  /** What is done with an output that is not the one of the page: the step fails, or it is told and fails nothing; outputs are not compared where absent. */
  outputs?: "compare" | "accept";
  /** Leave out all that follows a step that failed. */
  stopsAtFailure?: boolean;
  /** Told of each step when it is done. */
  onStep?: (step: ValidatedStep) => void;
  /** Told of each step that fails, and whether it is the first; nothing else is begun until it resolves. */
  onFailure?: (step: ValidatedStep, isFirst: boolean) => Promise<void>;
  /** Told of what begins. */
  onActivity?: (activity: ValidationActivity) => void;
  /** Ends it at once. */
  signal?: AbortSignal;
}

/** What is done at a moment: one of the two that frame the steps, or a step. */
export type ValidationActivity = "making the session" | "ending the session" | ValidatedStep;

/** A session, whose pages are replayed, and what is known of them by now. */
export interface ReplayedSession {
  /** With the pages that are replayed, in their order. */
  lab: Lab;
  session: SessionResource;
  player: StepPlayer;
  steps: ValidatedStep[];
  /** What failed besides steps. */
  problems: LabProblem[];
}

/** How long a command that was interrupted, and then its shell, has to end and a new shell to begin. */
const INTERRUPTING_MS = 60_000;
/** Takes every block of the pages in their order, by the player, and does what persons would do in between. Throws what the platform throws, and the signal's reason. */
export async function replayPages(
  parts: ReplayParts,
  replayed: ReplayedSession,
  options: ReplayOptions,
): Promise<void> {
  const variables = variablesOf(replayed.lab, replayed.session, parts.client, parts.settings);
  await unlessAborted(validatePages({ ...replayed, parts, options, variables }), options.signal);
}

async function validatePages(run: Run): Promise<void> {
  for (const page of run.lab.pages) {
    if (isDecided(run)) return;
    await validatePage(run, page);
  }
}

function isDecided({ steps, options }: Run): boolean {
  return options.stopsAtFailure === true && steps.some(({ state }) => state === "failed");
}

interface Run extends ReplayedSession {
  parts: ReplayParts;
  options: ReplayOptions;
  variables: Variables;
}

async function validatePage(run: Run, page: LabPage): Promise<void> {
  const compiled = await run.parts.compiler.compile(run.lab, page, run.variables);
  run.problems.push(...unreadProblems(page, compiled));
  const going = new GoingOn(compiled.actions.map((action) => mutated(run, page, action)));
  const { actions } = going;
  await run.player.turnTo(page, actions);
  const running = new UnansweredSteps();
  const nested = new NestedShells(actions);
  const ending = { host: run.parts.host, session: run.session.metadata.name, running };
  // By then whatever a command of the page had before it in its terminal has been interrupted.
  const queuedForMs =
    Math.max(0, ...actions.map(({ expectation }) => expectation.timeoutMs)) + INTERRUPTING_MS;
  for (const action of actions) {
    if (isDecided(run)) break;
    // What a person does is looked at before the stand-in does it.
    const baseline = action.view.kind === "manual" ? await lookBefore(run, page, action) : undefined;
    await standIn(run, page, (before) => before === action.view.number);
    run.options.signal?.throwIfAborted();
    const leftOut = nested.reasonToSkip(action);
    if (leftOut !== undefined) {
      await record(run, { ...stepOf(page, action), state: "skipped", message: leftOut });
      continue;
    }
    const take = async (): Promise<void> => {
      const taken = await validateStep(run, page, action, { queuedForMs, ...(baseline && { baseline }) });
      const validated = nested.judged(action, taken);
      nested.note(action, validated);
      await record(run, validated);
    };
    await going.end(action.view.terminals, ending);
    const step = take();
    going.note(action);
    if (isUnanswered(action)) await running.begin(action, step);
    else await step;
    await running.awaitAnswered(action);
  }
  await going.end(going.terminals, ending);
  await running.end();
  await standIn(run, page, (before) => before >= actions.length);
}

/** A page of which nothing could be compiled has no step that could fail. */
function unreadProblems({ file }: LabPage, { problems }: CompiledPage): LabProblem[] {
  return problems.filter(({ rule }) => rule === PAGE_TIME).map((problem) => ({ ...problem, file }));
}

function mutated({ options: { without } }: Run, page: LabPage, action: PageAction): PageAction {
  const isLeftOut = without?.page === page.name && without.step === action.view.number;
  return isLeftOut ? withoutCommand(action) : action;
}

async function lookBefore(run: Run, page: LabPage, action: PageAction): Promise<CheckResult[]> {
  const { lab, parts, session, options } = run;
  return baselineOf(parts, { session, lab, page: page.name, action }, options.signal);
}

async function validateStep(
  run: Run,
  page: LabPage,
  action: PageAction,
  taking: TakeOptions,
): Promise<ValidatedStep> {
  const step = stepOf(page, action);
  run.options.onActivity?.(step);
  const { lab, session, player, options } = run;
  const untried = verdictBefore(action, options.environment ?? "ci", player);
  if (untried) return { ...step, ...untried };
  const started = performance.now();
  const result = await player.take({ session, lab, page: page.name, action }, taking);
  // The next block may need what a person would have seen by then.
  const ports = portsBegun(action.view.text ?? "");
  await untilListening(run.parts.host, session.metadata.name, { ports, signal: options.signal });
  const durationMs = Math.round(performance.now() - started);
  // A person is asked for what the conditions say; that they were true before is the lab's matter, and warned of.
  const isPassed = PASSED.has(result.state) || (result.state === "idle" && action.view.kind === "manual");
  if (isPassed) return compared(run, page, { ...step, state: "passed", durationMs, result }, action);
  return {
    ...step,
    state: "failed",
    durationMs,
    result,
    message: result.cause ?? result.message ?? `the step ended ${result.state}`,
  };
}

/** The step of a command that did what was asked of it, with what its page says that it prints. */
function compared(run: Run, page: LabPage, step: ValidatedStep, { output }: PageAction): ValidatedStep {
  const { outputs } = run.options;
  if (output === undefined || outputs === undefined) return step;
  const seen = step.result?.output;
  const message = outputMismatch(output, seen);
  if (message === undefined) return step;
  const isAccepted = outputs === "accept" && seen !== undefined && seen.length < MAX_OUTPUT_CHARACTERS;
  if (!isAccepted) return { ...step, state: "failed", message };
  return { ...step, accepted: { expected: output, output: seen, names: namesOf(run, page) } };
}

/** What every session has its own name of; the namespace of a cluster of its own is called `default` in each. */
function namesOf({ session, variables }: Run, { templates }: LabPage): AcceptedOutput["names"] {
  const { name } = session.metadata;
  return ["session_namespace", "session_name"].flatMap((variable) => {
    const value = variables[variable] ?? "";
    if (!value.includes(name)) return [];
    const written = templates === "hugo" ? `{{< param ${variable} >}}` : `{{ ${variable} }}`;
    return [{ value, written }];
  });
}

const PASSED: ReadonlySet<StepState> = new Set(["succeeded", "expected-failure", "typed"]);

async function standIn(run: Run, page: LabPage, isDue: (before: number) => boolean): Promise<void> {
  if (run.options.withoutStandIns) return;
  for (const due of page.checks.standIns.filter(({ before }) => isDue(before))) {
    const step = {
      ...placeOf(page, page.firstLine, due.before),
      text: due.title,
      state: "stand-in" as const,
    };
    const started = performance.now();
    run.options.onActivity?.(step);
    try {
      await doStandIn(run, due);
      await record(run, { ...step, durationMs: Math.round(performance.now() - started) });
    } catch (error) {
      await record(run, {
        ...step,
        state: "failed",
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }
}

/** Does what a person would do, as the lab's checks say it. Throws what the policies throw. */
export async function doStandIn(
  {
    parts,
    session,
    variables,
  }: Pick<Run, "session" | "variables"> & { parts: Pick<ReplayParts, "policies"> },
  due: StandIn,
): Promise<void> {
  const { organization } = session.spec;
  if (due.apply !== undefined)
    await parts.policies.applyPolicy(organization, fillValue(due.apply, variables));
  if (due.delete) await parts.policies.deletePolicy(organization, due.delete);
}

async function record(run: Run, step: ValidatedStep): Promise<void> {
  const isFirst = run.steps.every(({ state }) => state !== "failed");
  run.steps.push(step);
  run.options.onStep?.(step);
  if (step.state === "failed") await run.options.onFailure?.(step, isFirst);
}
