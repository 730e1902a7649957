import type { PolicyAdministration } from "../../policy/common/administration.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import type { PageAction } from "../common/action.js";
import type { CheckResult, StepState } from "../common/api.js";
import type { Lab, LabPage, LabProblem, StandIn } from "../common/lab.js";
import type { SessionResource } from "../common/session.js";
import { fillValue } from "../common/template.js";
import type { Variables } from "../common/variables.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { PageCompiler } from "./page-compiler.js";
import { lintLab } from "./lint-lab.js";
import { type SessionSettings, variablesOf } from "./session-environment.js";
import type { SessionProvisioner } from "./session-provisioner.js";
import { createSession } from "./sessions.js";
import { NestedShells } from "./nested-shells.js";
import { baselineOf, runStep } from "./run-step.js";
import { RunningSteps } from "./running-steps.js";
import type { ValidatedStep, ValidationReport } from "./validation-report.js";

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
  /** Told of each step when it is done. */
  onStep?: (step: ValidatedStep) => void;
  signal?: AbortSignal;
}

/**
 * Replays every page in order in a session of its own, through the code that serves learners, and ends the session.
 * Throws what the platform throws; a step that fails is part of the report.
 */
export async function validateLab(
  lab: Lab,
  parts: ValidationParts,
  options: ValidationOptions = {},
): Promise<ValidationReport> {
  const startedAt = new Date();
  const pending = await createSession(parts.client, lab, {
    startedBy: "validate",
    server: parts.settings.server,
  });
  try {
    const session = await parts.provisioner.provision(pending, lab);
    const run: Run = {
      lab,
      parts,
      options,
      session,
      variables: variablesOf(lab, session, parts.client, parts.settings),
      steps: [],
    };
    for (const page of lab.pages) await validatePage(run, page);
    return reportOf(run, startedAt);
  } finally {
    await parts.provisioner.end(pending);
  }
}

interface Run {
  lab: Lab;
  parts: ValidationParts;
  options: ValidationOptions;
  session: SessionResource;
  variables: Variables;
  steps: ValidatedStep[];
}

function reportOf(run: Run, startedAt: Date): ValidationReport {
  const steps = run.steps.toSorted(inOrderOf(run.lab));
  const problems = [...lintLab(run.lab), ...steps.flatMap(provesNothing)];
  const isFailed =
    run.steps.some(({ state }) => state === "failed") ||
    problems.some(({ severity }) => severity === "error");
  return {
    lab: run.lab.name,
    title: run.lab.title,
    outcome: isFailed ? "failed" : "passed",
    session: run.session.metadata.name,
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    steps,
    problems,
  };
}

/** As the pages have them: a step that waited for another was done after it. */
function inOrderOf({ pages }: Lab): (one: ValidatedStep, other: ValidatedStep) => number {
  const order = pages.map(({ name }) => name);
  return (one, other) => order.indexOf(one.page) - order.indexOf(other.page) || one.step - other.step;
}

/** What was true before a step says nothing about it. */
function provesNothing({ file, line, result }: ValidatedStep): LabProblem[] {
  const before = result?.checks.filter(({ state }) => state === "before") ?? [];
  return before.map(({ text }) => ({
    severity: "warning",
    rule: "true-before",
    file,
    line,
    message: `The check "${text}" was true before its step, so it proves nothing`,
    fix: "Test for something that the step changes",
  }));
}

async function validatePage(run: Run, page: LabPage): Promise<void> {
  const { actions } = await run.parts.compiler.compile(run.lab, page, run.variables);
  const running = new RunningSteps();
  const nested = new NestedShells(actions);
  for (const action of actions) {
    // What a person does is looked at before the stand-in does it.
    const baseline = action.view.kind === "manual" ? await lookBefore(run, page, action) : undefined;
    await standIn(run, page, (before) => before === action.view.number);
    run.options.signal?.throwIfAborted();
    const leftOut = nested.reasonToSkip(action);
    if (leftOut !== undefined) {
      record(run, { ...stepOf(page, action), state: "skipped", message: leftOut });
      continue;
    }
    const take = async (): Promise<void> => {
      const validated = await validateStep(run, page, { action, ...(baseline && { baseline }) });
      nested.note(action, validated);
      record(run, validated);
    };
    const step = take();
    if (action.ending === undefined) await step;
    else await running.begin(action, step);
    await running.awaitAnswered(action);
  }
  await running.end();
  await standIn(run, page, (before) => before >= actions.length);
}

async function lookBefore(run: Run, page: LabPage, action: PageAction): Promise<CheckResult[]> {
  const { parts, session, options } = run;
  return baselineOf(parts, { session, page: page.name, action }, options.signal);
}

async function validateStep(
  run: Run,
  page: LabPage,
  { action, baseline }: { action: PageAction; baseline?: readonly CheckResult[] },
): Promise<ValidatedStep> {
  const step = stepOf(page, action);
  const skipped = skipReason(action, run.options.environment ?? "ci");
  if (action.view.kind === "problem")
    return { ...step, state: "failed", message: action.view.problem ?? "the block cannot be read" };
  if (skipped) return { ...step, state: "skipped", message: skipped };
  const started = performance.now();
  const { parts, session, options } = run;
  const result = await runStep(
    parts,
    { session, page: page.name, action },
    {
      throwsPlatformFailures: true,
      interruptsOverdue: true,
      ...(baseline && { baseline }),
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
  const durationMs = Math.round(performance.now() - started);
  // A person is asked for what the conditions say; that they were true before is the lab's matter, and warned of.
  const isPassed = PASSED.has(result.state) || (result.state === "idle" && action.view.kind === "manual");
  if (isPassed) return { ...step, state: "passed", durationMs, result };
  return {
    ...step,
    state: "failed",
    durationMs,
    result,
    message: result.message ?? `the step ended ${result.state}`,
  };
}

const PASSED: ReadonlySet<StepState> = new Set(["succeeded", "expected-failure", "typed"]);
const TYPED = new Set(["execute", "execute-all", "terminal-input", "terminal-interrupt", "terminal-clear"]);

function skipReason({ view, expectation }: PageAction, environment: string): string | undefined {
  if (expectation.skip.includes(environment)) return `left out in ${environment}`;
  if (view.kind === "manual" && expectation.until.length > 0 && !expectation.manual) return undefined;
  if (view.kind === "manual" || expectation.manual) return "done by a person";
  return TYPED.has(view.kind) ? undefined : "happens in the browser";
}

async function standIn(run: Run, page: LabPage, isDue: (before: number) => boolean): Promise<void> {
  if (run.options.withoutStandIns) return;
  for (const due of page.checks.standIns.filter(({ before }) => isDue(before))) {
    const step = {
      ...placeOf(page, page.firstLine, due.before),
      text: due.title,
      state: "stand-in" as const,
    };
    const started = performance.now();
    try {
      await doStandIn(run, due);
      record(run, { ...step, durationMs: Math.round(performance.now() - started) });
    } catch (error) {
      record(run, {
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

function stepOf(page: LabPage, { line, view }: PageAction): ValidatedStep {
  return { ...placeOf(page, line, view.number), text: view.text ?? view.title };
}

function placeOf(page: LabPage, line: number, step: number): ValidatedStep {
  return {
    page: page.name,
    pageTitle: page.title,
    file: page.file,
    line,
    step,
    text: "",
    state: "skipped",
    durationMs: 0,
  };
}

function record(run: Run, step: ValidatedStep): void {
  run.steps.push(step);
  run.options.onStep?.(step);
}
