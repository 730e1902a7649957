import { randomUUID } from "node:crypto";
import type { CommandOutcome, TerminalAddress, SessionHost } from "../../terminal/common/session-host.js";
import type { PageAction } from "../common/action.js";
import type { CheckResult, StepResult } from "../common/api.js";
import { conditionText, parseCondition } from "../common/condition.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { failedText, judgeOutcome } from "../common/judge-step.js";
import type { Lab } from "../common/lab.js";
import { compileLabPage, findPage } from "../common/render-page.js";
import type { SessionResource } from "../common/session.js";
import type { Variables } from "../common/variables.js";
import { awaitConditions } from "./check-evaluator.js";
import type { KubernetesClient } from "./kubernetes-client.js";
import { type SessionSettings, shellOf, variablesOf } from "./session-environment.js";

export interface StepRunnerParts {
  client: KubernetesClient;
  terminals: SessionHost;
  settings: SessionSettings;
}

export interface StepRequest {
  session: SessionResource;
  lab: Lab;
  page: string;
  step: number;
  /** Names the command to the terminal host: the same id again is the same command, so that a new server can take up what it left. */
  id?: string;
  /** Told of the step while it is queued and running, and of each check that ticks; the last word is what `run` resolves with. */
  onProgress?: (result: StepResult) => void;
  /** Ends the waiting; the command itself goes on. */
  signal?: AbortSignal;
  /** Throw where the platform failed, or the signal fired, instead of calling the step `unknown`. */
  throwsPlatformFailures?: boolean;
}

/** Runs the actions of pages, for learners and for validation alike, and says how they went. */
export class StepRunner {
  readonly #parts: StepRunnerParts;

  constructor(parts: StepRunnerParts) {
    this.#parts = parts;
  }

  /** Throws SESSION_STEP_NOT_FOUND, SESSION_STEP_NOT_RUNNABLE, LAB_PAGE_NOT_FOUND; a step that goes wrong is a result. */
  async run(request: StepRequest): Promise<StepResult> {
    const variables = this.#variables(request);
    const action = findAction(request, variables);
    const progress = new StepProgress(request);
    progress.tell({ state: "queued" });
    try {
      const judged = await unlessAborted(this.#act(action, request, progress), request.signal);
      if (judged.state !== "succeeded" && judged.state !== "expected-failure")
        return progress.tell(judged.state === "failed" ? withUnseen(judged, action) : judged);
      return await this.#check(action, { request, progress, judged });
    } catch (error) {
      if (request.throwsPlatformFailures) throw error;
      return progress.tell({ state: "unknown", message: `How it ended is not known: ${messageOf(error)}` });
    }
  }

  /** Sends Ctrl-C to the terminals of the step. */
  async interrupt(request: StepRequest): Promise<void> {
    const { view } = findAction(request, this.#variables(request));
    await Promise.all(
      view.terminals.map((terminal) =>
        this.#parts.terminals.interrupt({ session: request.session.metadata.name, terminal }),
      ),
    );
  }

  async #act(action: PageAction, request: StepRequest, progress: StepProgress): Promise<Partial<StepResult>> {
    const { view } = action;
    if (view.kind === "manual") return { state: "succeeded" };
    const addresses = view.terminals.map((terminal) => ({
      session: request.session.metadata.name,
      terminal,
    }));
    await Promise.all(
      addresses.map((address) =>
        this.#parts.terminals.open(address, shellOf(request.session, this.#parts.settings)),
      ),
    );
    if (view.kind === "execute" || view.kind === "execute-all")
      return this.#execute(action, addresses, progress);
    await Promise.all(addresses.map((address) => this.#type(action, address)));
    return { state: "succeeded" };
  }

  async #execute(
    action: PageAction,
    addresses: TerminalAddress[],
    progress: StepProgress,
  ): Promise<Partial<StepResult>> {
    const id = progress.id;
    const stopListening = this.#parts.terminals.onEvent((event) => {
      if (event.type === "command-started" && event.id.startsWith(id))
        progress.tell({ state: "running", startedAt: new Date(event.startedAt).toISOString() });
    });
    try {
      const outcomes = await Promise.all(
        addresses.map((address) => this.#command(action, address, commandId(id, address.terminal))),
      );
      const outcome = worstOf(outcomes);
      return {
        ...judgeOutcome(outcome, action.expectation),
        startedAt: new Date(outcome.startedAt).toISOString(),
        durationMs: outcome.durationMs,
      };
    } finally {
      stopListening();
    }
  }

  async #command(action: PageAction, address: TerminalAddress, id: string): Promise<CommandOutcome> {
    const text = action.clear ? `clear\n${action.view.text ?? ""}` : (action.view.text ?? "");
    return this.#parts.terminals.run(address, { id, text, timeoutMs: action.expectation.timeoutMs });
  }

  async #type(action: PageAction, address: TerminalAddress): Promise<void> {
    const { terminals } = this.#parts;
    if (action.view.kind === "terminal-interrupt") await terminals.interrupt(address);
    if (action.view.kind === "terminal-clear") await terminals.input(address, CLEAR_SCREEN);
    if (action.view.kind === "terminal-input")
      await terminals.input(address, `${action.view.text ?? ""}${action.endOfLine ? "\r" : ""}`);
  }

  async #check(
    action: PageAction,
    step: { request: StepRequest; progress: StepProgress; judged: Partial<StepResult> },
  ): Promise<StepResult> {
    const { request, progress, judged } = step;
    const conditions = action.expectation.until.map((text) => parseCondition(text));
    if (conditions.length === 0) return progress.tell(judged);
    const commandChecks = judged.checks ?? [];
    const show = (checks: CheckResult[]): StepResult =>
      progress.tell({ ...judged, state: "running", checks: [...commandChecks, ...checks] });
    const { ended, checks } = await awaitConditions(this.#parts.client, {
      namespace: request.session.spec.namespace,
      organization: request.session.spec.organization,
      conditions,
      timeoutMs: action.expectation.timeoutMs,
      onChange: show,
      ...(request.signal ? { signal: request.signal } : {}),
    });
    if (ended === "gone") throw new Error("the session ended before its conditions came true");
    if (ended === "unseen")
      throw new Error("the cluster did not answer while its conditions were waited for");
    const failed = checks.find(({ state }) => state !== "passed");
    const end: Partial<StepResult> = failed ? { state: "failed", message: failedText(failed) } : {};
    return progress.tell({ ...judged, ...end, checks: [...commandChecks, ...checks] });
  }

  #variables({ lab, session }: StepRequest): Variables {
    return variablesOf(lab, session, this.#parts.client, this.#parts.settings);
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

/** The id under which the terminal host knows a step's command in one of its terminals. */
export function commandId(id: string, terminal: string): string {
  return `${id}-${terminal}`;
}

/** Ctrl-L: the shell clears its screen and shows its prompt again. */
const CLEAR_SCREEN = "\f";

/** Passes results on, unchanged ones left out. */
class StepProgress {
  /** Of the command; each terminal's is this with its name behind. */
  readonly id: string;
  readonly #request: StepRequest;
  #last = "";

  constructor(request: StepRequest) {
    this.#request = request;
    this.id = request.id ?? randomUUID();
  }

  tell(change: Partial<StepResult>): StepResult {
    const { page, step } = this.#request;
    const result: StepResult = { page, step, state: "running", checks: [], ...change };
    const text = JSON.stringify(result);
    if (text !== this.#last) this.#request.onProgress?.(result);
    this.#last = text;
    return result;
  }
}

const RUNNABLE = new Set([
  "execute",
  "execute-all",
  "terminal-clear",
  "terminal-interrupt",
  "terminal-input",
  "manual",
]);

function findAction({ lab, page, step }: StepRequest, variables: Variables): PageAction {
  const { actions } = compileLabPage(lab, findPage(lab, page), variables, { fileUrl: (path) => path });
  const action = actions[step];
  if (!action)
    throw new WorkshopError(
      WORKSHOP_ERRORS.sessionStepNotFound,
      `The page ${page} has ${actions.length} steps, counted from 0; there is no step ${step}`,
    );
  if (RUNNABLE.has(action.view.kind)) return action;
  const why = action.view.problem ?? `it happens in the browser`;
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionStepNotRunnable,
    `Step ${step} of ${page} (${action.view.action}) cannot be run: ${why}`,
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
