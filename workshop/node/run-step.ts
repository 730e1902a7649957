import { randomUUID } from "node:crypto";
import type { CommandOutcome, TerminalAddress, SessionHost } from "../../terminal/common/session-host.js";
import type { PageAction } from "../common/action.js";
import type { CheckResult, StepResult } from "../common/api.js";
import { parseCondition } from "../common/condition.js";
import { conditionText } from "../common/condition-words.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { failedText, judgeOutcome } from "../common/judge-step.js";
import type { Lab } from "../common/lab.js";
import { compileLabPage, findPage } from "../common/render-page.js";
import type { SessionResource } from "../common/session.js";
import { awaitConditions } from "./check-evaluator.js";
import type { KubernetesClient } from "./kubernetes-client.js";
import { type SessionSettings, shellOf, variablesOf } from "./session-environment.js";

/** A step of a page as one session has it, with that session's values filled in. */
export interface SessionStep {
  session: SessionResource;
  page: string;
  action: PageAction;
}

/** What running a step needs to know of where it runs. */
export interface StepSurroundings {
  client: KubernetesClient;
  host: SessionHost;
  settings: SessionSettings;
}

export interface StepRunOptions {
  /** Names the command to the terminal host: the same id again is the same command, so that a new server can take up what it left. */
  id?: string;
  /** Waited for before anything is done; what it throws, `runStep` throws. */
  onQueued?: (result: StepResult) => Promise<void>;
  /** Told of the step while it is queued and running, and of each check that ticks; the last word is what `runStep` resolves with. */
  onProgress?: (result: StepResult) => void;
  /** Ends the waiting; the command itself goes on. */
  signal?: AbortSignal;
  /** Throw where the platform failed, or the signal fired, instead of calling the step `unknown`. */
  throwsPlatformFailures?: boolean;
}

/** The step of the page as it is now. Throws LAB_PAGE_NOT_FOUND, and SESSION_PAGE_CHANGED where the page has no such step (any more). */
export function findStep(
  { session, lab, page, step }: { session: SessionResource; lab: Lab; page: string; step: string },
  { client, settings }: Pick<StepSurroundings, "client" | "settings">,
): SessionStep {
  const variables = variablesOf(lab, session, client, settings);
  const { actions } = compileLabPage(lab, findPage(lab, page), variables, { fileUrl: (path) => path });
  const action = actions.find(({ view }) => view.step === step);
  if (action) return { session, page, action };
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionPageChanged,
    "This page has changed since you opened it; reload it to see what it says now. Nothing was run",
  );
}

/**
 * Runs a step of a page, for learners and for validation alike, and says how it went. Throws SESSION_STEP_NOT_RUNNABLE; a step
 * that goes wrong is a result.
 */
export async function runStep(
  surroundings: StepSurroundings,
  step: SessionStep,
  options: StepRunOptions = {},
): Promise<StepResult> {
  requireRunnable(step);
  return new StepRun(surroundings, step, options).run();
}

/** Sends Ctrl-C to the terminals of the step. */
export async function interruptStep(
  { host }: Pick<StepSurroundings, "host">,
  { session, action }: SessionStep,
): Promise<void> {
  await Promise.all(
    action.view.terminals.map((terminal) => host.interrupt({ session: session.metadata.name, terminal })),
  );
}

/** The id under which the terminal host knows a step's command in one of its terminals. */
export function commandId(id: string, terminal: string): string {
  return `${id}-${terminal}`;
}

/** One run of one step. */
class StepRun {
  readonly #surroundings: StepSurroundings;
  readonly #step: SessionStep;
  readonly #options: StepRunOptions;
  /** Of the command; each terminal's is this with its name behind. */
  readonly #id: string;
  #lastTold = "";

  constructor(surroundings: StepSurroundings, step: SessionStep, options: StepRunOptions) {
    this.#surroundings = surroundings;
    this.#step = step;
    this.#options = options;
    this.#id = options.id ?? randomUUID();
  }

  async run(): Promise<StepResult> {
    await this.#options.onQueued?.(this.#tell({ state: "queued" }));
    try {
      const judged = await unlessAborted(this.#act(), this.#options.signal);
      if (judged.state === "failed") return this.#tell(withUnseen(judged, this.#step.action));
      if (judged.state !== "succeeded" && judged.state !== "expected-failure") return this.#tell(judged);
      return await this.#check(judged);
    } catch (error) {
      if (this.#options.throwsPlatformFailures) throw error;
      return this.#tell({ state: "unknown", message: `How it ended is not known: ${messageOf(error)}` });
    }
  }

  async #act(): Promise<Partial<StepResult>> {
    const { session, action } = this.#step;
    const { host, settings } = this.#surroundings;
    const { view } = action;
    if (view.kind === "manual") return { state: "succeeded" };
    const addresses = view.terminals.map((terminal) => ({ session: session.metadata.name, terminal }));
    await Promise.all(addresses.map((address) => host.open(address, shellOf(session, settings))));
    if (view.kind === "execute" || view.kind === "execute-all") return this.#execute(addresses);
    await Promise.all(addresses.map((address) => this.#type(address)));
    return { state: "succeeded" };
  }

  async #execute(addresses: TerminalAddress[]): Promise<Partial<StepResult>> {
    const stopListening = this.#surroundings.host.onEvent((event) => {
      if (event.type === "command-started" && event.id.startsWith(this.#id))
        this.#tell({ state: "running", startedAt: new Date(event.startedAt).toISOString() });
    });
    try {
      const outcomes = await Promise.all(addresses.map((address) => this.#command(address)));
      const outcome = worstOf(outcomes);
      return {
        ...judgeOutcome(outcome, this.#step.action.expectation),
        startedAt: new Date(outcome.startedAt).toISOString(),
        durationMs: outcome.durationMs,
      };
    } finally {
      stopListening();
    }
  }

  #command(address: TerminalAddress): Promise<CommandOutcome> {
    const { view, clear, expectation } = this.#step.action;
    const text = clear ? `clear\n${view.text ?? ""}` : (view.text ?? "");
    const id = commandId(this.#id, address.terminal);
    return this.#surroundings.host.run(address, { id, text, timeoutMs: expectation.timeoutMs });
  }

  async #type(address: TerminalAddress): Promise<void> {
    const { host } = this.#surroundings;
    const { view, endOfLine } = this.#step.action;
    if (view.kind === "terminal-interrupt") await host.interrupt(address);
    if (view.kind === "terminal-clear") await host.input(address, CLEAR_SCREEN);
    if (view.kind === "terminal-input")
      await host.input(address, `${view.text ?? ""}${endOfLine ? "\r" : ""}`);
  }

  async #check(judged: Partial<StepResult>): Promise<StepResult> {
    const { session, action } = this.#step;
    const conditions = action.expectation.until.map((text) => parseCondition(text));
    if (conditions.length === 0) return this.#tell(judged);
    const commandChecks = judged.checks ?? [];
    const show = (checks: CheckResult[]): StepResult =>
      this.#tell({ ...judged, state: "running", checks: [...commandChecks, ...checks] });
    const { signal } = this.#options;
    const { ended, checks } = await awaitConditions(this.#surroundings.client, {
      namespace: session.spec.namespace,
      organization: session.spec.organization,
      conditions,
      timeoutMs: action.expectation.timeoutMs,
      onChange: show,
      ...(signal ? { signal } : {}),
    });
    if (ended === "gone") throw new Error("the session ended before its conditions came true");
    if (ended === "unseen")
      throw new Error("the cluster did not answer while its conditions were waited for");
    const failed = checks.find(({ state }) => state !== "passed");
    const end: Partial<StepResult> = failed ? { state: "failed", message: failedText(failed) } : {};
    return this.#tell({ ...judged, ...end, checks: [...commandChecks, ...checks] });
  }

  /** Passes a result on, unless it is the one before. */
  #tell(change: Partial<StepResult>): StepResult {
    const { page, action } = this.#step;
    const result: StepResult = {
      page,
      step: action.view.step,
      number: action.view.number,
      state: "running",
      checks: [],
      ...change,
    };
    const text = JSON.stringify(result);
    if (text !== this.#lastTold) this.#options.onProgress?.(result);
    this.#lastTold = text;
    return result;
  }
}

/** What the learner was told would be looked at stays in sight when the command has failed before it. */
function withUnseen(judged: Partial<StepResult>, { expectation }: PageAction): Partial<StepResult> {
  const detail = "Not looked at, because the command did not do what was expected";
  const unseen = expectation.until.map((text) => ({
    text: conditionText(parseCondition(text)),
    state: "idle" as const,
    detail,
  }));
  return { ...judged, checks: [...(judged.checks ?? []), ...unseen] };
}

/** The work's result; throws the signal's reason as soon as that fires. */
async function unlessAborted<Result>(work: Promise<Result>, signal?: AbortSignal): Promise<Result> {
  if (!signal) return work;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener("abort", stop);
  }
}

/** Ctrl-L: the shell clears its screen and shows its prompt again. */
const CLEAR_SCREEN = "\f";

const RUNNABLE = new Set([
  "execute",
  "execute-all",
  "terminal-clear",
  "terminal-interrupt",
  "terminal-input",
  "manual",
]);

function requireRunnable({ page, action: { view } }: SessionStep): void {
  if (RUNNABLE.has(view.kind)) return;
  const why = view.problem ?? "it happens in the browser";
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionStepNotRunnable,
    `Step ${view.number} of ${page} (${view.action}) cannot be run: ${why}`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const SEVERITY = ["succeeded", "failed", "interrupted", "unknown"];

/** Of several terminals, the one where it went worst speaks for all. */
function worstOf(outcomes: CommandOutcome[]): CommandOutcome {
  const [worst] = outcomes.toSorted(
    (one, other) => SEVERITY.indexOf(other.status) - SEVERITY.indexOf(one.status),
  );
  if (!worst) throw new Error("the step names no terminal");
  return worst;
}
