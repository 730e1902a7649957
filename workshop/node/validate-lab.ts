import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { PageAction } from "../common/action.js";
import type { CheckResult, StepState } from "../common/api.js";
import type { Lab, LabPage, LabProblem, StandIn } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import { fillValue } from "../common/fill-plain.js";
import type { CompiledPage } from "../common/render-page.js";
import type { Variables } from "../common/variables.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { PAGE_TIME, type PageCompiler } from "./page-compiler.js";
import { unlessAborted, withDeadline } from "../../kubernetes/node/deadline.js";
import { type SessionSettings, variablesOf } from "./session-environment.js";
import type { SessionProvisioner } from "./session-provisioner.js";
import { createSession, endSession } from "./sessions.js";
import { NestedShells } from "./nested-shells.js";
import { setUpProblems } from "./set-up-problems.js";
import { baselineOf } from "./step-conditions.js";
import { type StepPlayer, type TakeOptions, directPlayer } from "./step-player.js";
import { UnansweredSteps } from "./unanswered-steps.js";
import { withoutCommand } from "./without-command.js";
import { placeOf, stepOf, verdictBefore } from "./validated-step.js";
import { type ValidatedStep, type ValidationReport, reportOf } from "./validation-report.js";

export interface ValidationParts {
  client: KubernetesClient;
  policies: PolicyAdministration;
  provisioner: SessionProvisioner;
  host: SessionHost;
  settings: SessionSettings;
  compiler: PageCompiler;
}

export interface ValidationOptions {
  /** Where it runs; steps with `skip=ENVIRONMENT` are left out. */
  environment?: string;
  /** Leave the stand-ins out, to see that the lab notices. */
  withoutStandIns?: boolean;
  /** A step whose command does nothing instead, to see that the lab notices. */
  without?: Pick<ValidatedStep, "page" | "step">;
  /** Leave out all that follows a step that failed. */
  stopsAtFailure?: boolean;
  /** How the blocks of the session are taken, where it is not by the code that serves learners. */
  player?: (session: SessionResource) => Promise<StepPlayer>;
  /** A check that was true before its step fails the lab. */
  provesChecks?: boolean;
  /** Looks at the session once its pages are replayed, before it ends. */
  atEnd?: (session: SessionResource) => Promise<void>;
  /** Told of each step when it is done. */
  onStep?: (step: ValidatedStep) => void;
  /** Told of the first step that fails, before anything else is done in its session. Must not reject. */
  onFirstFailure?: (step: ValidatedStep, session: SessionResource) => Promise<void>;
  /** Told of what begins. */
  onActivity?: (activity: ValidationActivity) => void;
  /** Told of a session that could not be ended. */
  onLeftBehind?: (session: string, why: unknown) => void;
  /** How long the session lasts; the lab's own time where absent. */
  minutes?: number;
  /** Ends it at once. */
  signal?: AbortSignal;
  /** Whether cluster and session host end with the validation: nothing is asked of them then once it was stopped. */
  ownsPlatform?: boolean;
  /** The server process that rehearses on its own platform: its controller ends the session, also where this process dies over it. */
  rehearsal?: string;
}

/** What is done at a moment: one of the two that frame the steps, or a step. */
export type ValidationActivity = "making the session" | "ending the session" | ValidatedStep;

/** A session takes a second; its parts have shorter deadlines of their own. */
const MAKING_MS = 2 * 60_000;
/** How long a command that was interrupted, and then its shell, has to end and a new shell to begin. */
const INTERRUPTING_MS = 60_000;
/** The calls it takes, each of which may take ten seconds; and what somebody waits who has stopped the validation. */
const ENDING_MS = 30_000;
const STOPPED_ENDING_MS = 5_000;

/**
 * Replays every page in order in a session of its own, through the code that serves learners, and ends the session.
 * Throws what the platform throws, and the signal's reason; a step that fails is part of the report.
 */
export async function validateLab(
  lab: Lab,
  parts: ValidationParts,
  options: ValidationOptions = {},
): Promise<ValidationReport> {
  const creating = createSession(parts.client, lab, {
    startedBy: "validate",
    server: parts.settings.server,
    rehearsal: options.rehearsal,
    ...(options.minutes === undefined ? {} : { minutes: options.minutes }),
  });
  // Whoever awaits it hears of a failure.
  creating.catch(() => undefined);
  const [replayed] = await Promise.allSettled([replay({ lab, parts, options, creating })]);
  // Otherwise what it was at when it failed is what counts.
  if (replayed.status === "fulfilled") options.onActivity?.("ending the session");
  const [ended] = await Promise.allSettled([endOf(creating, parts, options)]);
  if (replayed.status === "rejected") throw replayed.reason;
  if (ended.status === "rejected") throw ended.reason;
  return replayed.value;
}

interface Replay {
  lab: Lab;
  parts: ValidationParts;
  options: ValidationOptions;
  creating: Promise<SessionResource>;
}

async function replay({ lab, parts, options, creating }: Replay): Promise<ValidationReport> {
  const startedAt = new Date();
  const { signal } = options;
  options.onActivity?.("making the session");
  const session = await withDeadline(MAKING_MS, signal, async () =>
    parts.provisioner.provision(await creating, lab),
  );
  const variables = variablesOf(lab, session, parts.client, parts.settings);
  const problems = await setUpProblems(lab, session.metadata.name, parts.host);
  const player = (await options.player?.(session)) ?? directPlayer(parts, signal);
  const run: Run = { lab, parts, options, session, variables, player, steps: [], problems };
  try {
    await unlessAborted(validatePages(run), signal);
  } finally {
    problems.push(...(await player.close()));
  }
  await unlessAborted(options.atEnd?.(session) ?? Promise.resolve(), signal);
  return reportOf({ ...run, startedAt });
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

/** Ends the session, also one that is only just being made. */
async function endOf(
  creating: Promise<SessionResource>,
  { client, provisioner }: ValidationParts,
  { signal, ownsPlatform, rehearsal, onLeftBehind }: ValidationOptions,
): Promise<void> {
  const isStopped = signal?.aborted ?? false;
  if (isStopped && ownsPlatform) return;
  const session = await creating;
  const timeoutMs = isStopped ? STOPPED_ENDING_MS : ENDING_MS;
  const end = () => (rehearsal === undefined ? provisioner.end(session) : endSession(client, session));
  await withDeadline<unknown>(timeoutMs, undefined, end).catch((error: unknown) => {
    onLeftBehind?.(session.metadata.name, error);
    throw error;
  });
}

interface Run {
  lab: Lab;
  parts: ValidationParts;
  options: ValidationOptions;
  session: SessionResource;
  variables: Variables;
  player: StepPlayer;
  steps: ValidatedStep[];
  /** What failed besides steps. */
  problems: LabProblem[];
}

async function validatePage(run: Run, page: LabPage): Promise<void> {
  const compiled = await run.parts.compiler.compile(run.lab, page, run.variables);
  run.problems.push(...unreadProblems(page, compiled));
  const actions = compiled.actions.map((action) => mutated(run, page, action));
  await run.player.turnTo(page, actions);
  const running = new UnansweredSteps();
  const nested = new NestedShells(actions);
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
      const validated = await validateStep(run, page, action, {
        queuedForMs,
        ...(baseline && { baseline }),
      });
      nested.note(action, validated);
      await record(run, validated);
    };
    const step = take();
    if (action.ending === undefined) await step;
    else await running.begin(action, step);
    await running.awaitAnswered(action);
  }
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
  const durationMs = Math.round(performance.now() - started);
  // A person is asked for what the conditions say; that they were true before is the lab's matter, and warned of.
  const isPassed = PASSED.has(result.state) || (result.state === "idle" && action.view.kind === "manual");
  if (isPassed) return { ...step, state: "passed", durationMs, result };
  return {
    ...step,
    state: "failed",
    durationMs,
    result,
    message: result.cause ?? result.message ?? `the step ended ${result.state}`,
  };
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

async function doStandIn(run: Run, due: StandIn): Promise<void> {
  const { organization } = run.session.spec;
  if (due.apply !== undefined)
    await run.parts.policies.applyPolicy(organization, fillValue(due.apply, run.variables));
  if (due.delete) await run.parts.policies.deletePolicy(organization, due.delete);
}

async function record(run: Run, step: ValidatedStep): Promise<void> {
  const isFirstFailure = step.state === "failed" && run.steps.every(({ state }) => state !== "failed");
  run.steps.push(step);
  run.options.onStep?.(step);
  if (isFirstFailure) await run.options.onFirstFailure?.(step, run.session);
}
