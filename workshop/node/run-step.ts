import { randomUUID } from "node:crypto";
import type { CommandOutcome, TerminalAddress } from "../../terminal/common/session-host.js";
import type { CheckResult, StepResult, StepState } from "../common/api.js";
import { scriptText } from "../common/expectation.js";
import { failedText, inAuthorsWords, judgeOutcome } from "../common/judge-step.js";
import { type QuizAnswer, judgeAnswer } from "../common/quiz.js";
import type { InputValues } from "../common/test-inputs.js";
import { isDoneWhenTyped } from "../common/step-state.js";
import { unlessAborted } from "../../kubernetes/node/deadline.js";
import type { ConditionWatch } from "./check-evaluator.js";
import { OverdueCommand, endCommand, needsEnding, patienceMs } from "./overdue-command.js";
import { isBesideShells, runBesideShells } from "./run-beside-shells.js";
import { BASELINE_MS, asBefore, runScript, watchConditions, withUnseen } from "./step-conditions.js";
import { runToItsEnd } from "./heard-command.js";
import { shellOf } from "./session-environment.js";
import { EndedShell, inOpenShell } from "./in-open-shell.js";
import { clusterOf } from "./session-cluster.js";
import { commandId, requireRunnable, type SessionStep, type StepSurroundings } from "./session-step.js";
import { isAway } from "./while-away.js";
import { worstOf } from "./worst-outcome.js";

export interface StepRunOptions {
  /** Names the command to the terminal host: the same id again is the same command, so that a new server can take up what it left. */
  id?: string;
  /** Waited for before anything is done; what it throws, `runStep` throws. */
  onQueued?: (result: StepResult) => Promise<void>;
  /** Told of the step while it is queued and running, and of each check that ticks; the last word is what `runStep` resolves with. */
  onProgress?: (result: StepResult) => void;
  /** Ends the waiting; the command itself goes on. */
  signal?: AbortSignal;
  /** State in which a server that died left it: its command may run already. */
  resumedFrom?: "queued" | "running";
  /** What was known of the step's conditions when it was first shown; looked up before it runs where absent. */
  baseline?: readonly CheckResult[];
  /** What a person has entered for a test. */
  inputs?: InputValues | undefined;
  /** What a person has answered to a question. */
  answer?: QuizAnswer;
  /** Interrupt a command that runs longer than expected, and call that a failure. */
  interruptsOverdue?: boolean;
  /** Take a command back that has waited this long for its terminal. */
  queuedForMs?: number;
  /** Throw where the platform failed, or the signal fired, instead of calling the step `unknown`. */
  throwsPlatformFailures?: boolean;
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
  requireRunnable(step, options);
  return new StepRun(surroundings, step, options).run();
}

/** One run of one step. */
class StepRun {
  readonly #surroundings: StepSurroundings;
  readonly #step: SessionStep;
  readonly #options: StepRunOptions;
  /** Of the command; each terminal's is this with its name behind. */
  readonly #id: string;
  #last: StepResult | undefined;
  #isInterruptedOverdue = false;
  /** Whether anything of it may have been done. */
  #hasBegun: boolean;
  /** Whether the lab's own check passed before the step. */
  #wasScriptMet = false;

  constructor(surroundings: StepSurroundings, step: SessionStep, options: StepRunOptions) {
    this.#surroundings = surroundings;
    this.#step = step;
    this.#options = options;
    this.#id = options.id ?? randomUUID();
    this.#hasBegun = options.resumedFrom !== undefined;
  }

  async run(): Promise<StepResult> {
    const queued = this.#tell({ state: this.#options.resumedFrom ?? "queued" });
    await this.#options.onQueued?.(queued);
    let conditions: ConditionWatch | undefined;
    try {
      // Also where nothing is asked of it: the step's command does.
      const cluster = await clusterOf(this.#step.session, this.#surroundings);
      conditions = watchConditions(cluster, this.#step, this.#options.baseline);
      const { signal } = this.#options;
      await conditions?.looked({ timeoutMs: BASELINE_MS, ...(signal && { signal }) });
      this.#wasScriptMet = await this.#isScriptMet();
      const judged = await unlessAborted(this.#act(), signal);
      if (judged.state === "failed") return this.#tellEnd(withUnseen(judged, this.#step.action));
      const isJudged = judged.state !== undefined && GOES_ON_TO_CHECKS.has(judged.state);
      const checked = isJudged && conditions ? await this.#check(judged, conditions) : judged;
      return this.#tellEnd(isJudged ? await this.#runScript(checked) : checked);
    } catch (error) {
      if (this.#options.throwsPlatformFailures && !(error instanceof EndedShell)) throw error;
      return this.#tell({ state: "unknown", message: lossText(error, this.#hasBegun) });
    } finally {
      conditions?.close();
    }
  }

  async #act(): Promise<Partial<StepResult>> {
    const { session, lab, action } = this.#step;
    const { client, host, settings } = this.#surroundings;
    const { view, question } = action;
    const { answer } = this.#options;
    if (question && answer) return judgeAnswer(question, answer);
    if (view.kind === "manual") return { state: "succeeded" };
    if (isBesideShells(action)) {
      this.#hasBegun = true;
      return this.#runBesideShells();
    }
    const addresses = view.terminals.map((terminal) => ({ session: session.metadata.name, terminal }));
    const shell = shellOf(session, lab, { client, settings });
    await Promise.all(addresses.map((address) => host.open(address, shell)));
    this.#hasBegun = true;
    const inShell = <Result>(address: TerminalAddress, act: () => Promise<Result>): Promise<Result> =>
      // What a server before this one has begun may have ended the shell, and is not begun again.
      this.#options.resumedFrom ? act() : inOpenShell(host, { address, shell }, act);
    if (view.kind === "execute" || view.kind === "execute-all")
      return this.#execute(addresses.map((address) => inShell(address, () => this.#command(address))));
    await Promise.all(addresses.map((address) => inShell(address, () => this.#type(address))));
    return { state: "typed" };
  }

  async #runBesideShells(): Promise<Partial<StepResult>> {
    this.#tell({ state: "running", startedAt: new Date().toISOString() });
    const { signal, inputs } = this.#options;
    return runBesideShells(this.#surroundings, this.#step, {
      inputs,
      onAttempt: (check) => this.#tell({ ...this.#last, state: "running", checks: [check] }),
      ...(signal && { signal }),
    });
  }

  async #execute(runs: Promise<CommandOutcome>[]): Promise<Partial<StepResult>> {
    const outcomes = await Promise.all(runs);
    const outcome = worstOf(outcomes);
    const { expectation, ending } = this.#step.action;
    return {
      ...judgeOutcome(outcome, expectation, ending ?? (this.#isInterruptedOverdue ? "interrupt" : undefined)),
      startedAt: new Date(outcome.startedAt).toISOString(),
      durationMs: outcome.durationMs,
    };
  }

  async #command(address: TerminalAddress): Promise<CommandOutcome> {
    const { host } = this.#surroundings;
    const { view, clear, expectation } = this.#step.action;
    const id = commandId(this.#id, address.terminal);
    let hasEnded = false;
    const isEndless = this.#options.interruptsOverdue === true && needsEnding(this.#step.action);
    const patience = patienceMs(this.#step.action, isEndless);
    const overdue = new OverdueCommand(() => this.#handleOverdue(address, () => hasEnded), patience);
    const { queuedForMs } = this.#options;
    const takeBack = (): void => void host.cancel(address, id).catch(() => undefined);
    const queued = queuedForMs === undefined ? undefined : setTimeout(takeBack, queuedForMs);
    const handleStart = (startedAt: number): void => {
      clearTimeout(queued);
      this.#tell({ state: "running", startedAt: new Date(startedAt).toISOString() });
      overdue.start();
    };
    const stopListening = host.onEvent((event) => {
      if (!("id" in event) || event.id !== id) return;
      if (event.type === "command-started") handleStart(event.startedAt);
      if (event.type === "command-waiting") this.#tell({ state: "queued", waitsFor: event.waitsFor });
    });
    try {
      if (this.#options.resumedFrom && (await host.outcome(address, id)) === "running") overdue.start();
      const command = { id, text: view.text ?? "", ...(clear && { clear }) };
      const outcome = await runToItsEnd(host, address, command, this.#options.signal);
      if (!this.#isInterruptedOverdue) return outcome;
      if (isEndless) return { ...outcome, status: "interrupted" };
      const seconds = expectation.timeoutMs / 1000;
      return { ...outcome, status: "unknown", reason: `it still ran after ${seconds} s and was interrupted` };
    } finally {
      hasEnded = true;
      clearTimeout(queued);
      stopListening();
      overdue.stop();
    }
  }

  /** Learners are asked; nobody is there to be asked in a validation. */
  #handleOverdue(address: TerminalAddress, hasEnded: () => boolean): void {
    const { interruptsOverdue, signal } = this.#options;
    if (interruptsOverdue) {
      this.#isInterruptedOverdue = true;
      // Where it fails, the terminal is gone, and with it the command.
      endCommand(this.#surroundings.host, address, { hasEnded, ...(signal && { signal }) }).catch(
        () => undefined,
      );
    } else if (this.#step.action.ending === undefined) {
      this.#tell({ ...this.#last, state: "running", isOverdue: true });
    }
  }

  async #type(address: TerminalAddress): Promise<void> {
    const { host } = this.#surroundings;
    const { view, endOfLine } = this.#step.action;
    if (view.kind === "terminal-interrupt") await host.interrupt(address);
    if (view.kind === "terminal-clear") await host.input(address, CLEAR_SCREEN);
    if (view.kind === "terminal-input")
      await host.input(address, `${view.text ?? ""}${endOfLine ? "\r" : ""}`);
  }

  async #check(judged: Partial<StepResult>, conditions: ConditionWatch): Promise<Partial<StepResult>> {
    const { expectation, view } = this.#step.action;
    const commandChecks = judged.checks ?? [];
    const show = (checks: CheckResult[]): StepResult =>
      this.#tell({ ...judged, state: "running", checks: [...commandChecks, ...checks] });
    const { signal } = this.#options;
    const { timeoutMs } = expectation;
    const { ended, checks } = await conditions.met({ timeoutMs, onChange: show, ...(signal && { signal }) });
    if (ended === "gone") throw new Error("the session ended before its conditions came true");
    if (ended === "unseen")
      throw new Error("the cluster did not answer while its conditions were waited for");
    const failed = checks.find(({ state }) => state !== "passed" && state !== "before");
    const provesNothing = view.kind === "manual" && checks.every(({ state }) => state === "before");
    const end: Partial<StepResult> = failed
      ? { state: "failed", message: failedText(failed) }
      : provesNothing
        ? { state: "idle", message: PROVES_NOTHING }
        : {};
    return { ...judged, ...end, checks: [...commandChecks, ...checks] };
  }

  /** What is to be done by hand was looked at when it was first shown; a step that is taken up has begun already. */
  async #isScriptMet(): Promise<boolean> {
    const { view, expectation } = this.#step.action;
    const { baseline = [], resumedFrom, signal } = this.#options;
    if (expectation.script === undefined || resumedFrom) return false;
    const text = scriptText(expectation.script);
    if (view.kind === "manual")
      return baseline.some((check) => check.text === text && check.state === "before");
    const check = await runScript(this.#surroundings, this.#step, { timeoutMs: BASELINE_MS, signal });
    return check?.state === "passed";
  }

  /** The lab's own program comes last: what the cluster has to come to is there by then. */
  async #runScript(checked: Partial<StepResult>): Promise<Partial<StepResult>> {
    const { action } = this.#step;
    const { script: path } = action.expectation;
    if (path === undefined || checked.state === undefined || !GOES_ON_TO_CHECKS.has(checked.state))
      return checked;
    const before = checked.checks ?? [];
    this.#tell({
      ...checked,
      state: "running",
      checks: [...before, { text: scriptText(path), state: "waiting" }],
    });
    const { signal } = this.#options;
    const found = await runScript(this.#surroundings, this.#step, { signal });
    if (!found) return checked;
    const checks = [...before, this.#wasScriptMet ? asBefore(found) : found];
    if (found.state === "failed") return { ...checked, state: "failed", message: failedText(found), checks };
    const provesNothing = action.view.kind === "manual" && checks.every(({ state }) => state === "before");
    return { ...checked, ...(provesNothing && { state: "idle" as const, message: PROVES_NOTHING }), checks };
  }

  #tellEnd(judged: Partial<StepResult>): StepResult {
    return this.#tell(inAuthorsWords(judged, this.#step.action.expectation));
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
      ...(change.state === "typed" && isDoneWhenTyped(action.view) && { done: true }),
      ...change,
    };
    const isNews = JSON.stringify(result) !== JSON.stringify(this.#last);
    this.#last = result;
    if (isNews) this.#options.onProgress?.(result);
    return result;
  }
}

const GOES_ON_TO_CHECKS: ReadonlySet<StepState> = new Set(["succeeded", "expected-failure", "typed"]);
const PROVES_NOTHING = "This was so before the step, so it does not show that the step was done";

/** Ctrl-L: the shell clears its screen and shows its prompt again. */
const CLEAR_SCREEN = "\f";

/** What a person is told of a step that got no verdict, and what to do where it was not begun. */
function lossText(error: unknown, hasBegun: boolean): string {
  const why = error instanceof Error ? error.message : String(error);
  if (hasBegun) return `How it ended is not known: ${why}`;
  return `Nothing was run: ${why.replace(/\.?$/, ".")} Run it again${isAway(error) ? " when the terminal is back" : ""}.`;
}
