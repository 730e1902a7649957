import { setTimeout as wait } from "node:timers/promises";
import type { SessionHost, TerminalAddress } from "../../terminal/common/session-host.js";
import type { PageAction } from "../common/action.js";
import type { ActionView } from "../common/page-view.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import type { Lab } from "../common/lab.js";
import { type QuizAnswer, answerProblem } from "../common/quiz.js";
import { type InputValues, inputProblem } from "../common/test-inputs.js";
import { findPage } from "../common/render-page.js";
import type { SessionResource } from "../common/session.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { PageCompiler } from "./page-compiler.js";
import { type SessionSettings, variablesOf } from "./session-environment.js";

/** Looks for a command that is on its way to the host; two seconds together. */
const CANCEL_LOOKS = 40;
const CANCEL_LOOK_MS = 50;

/** A step of a page as one session has it, with that session's values filled in. */
export interface SessionStep {
  session: SessionResource;
  lab: Lab;
  page: string;
  action: PageAction;
}

/** What running a step needs to know of where it runs. */
export interface StepSurroundings {
  client: KubernetesClient;
  host: SessionHost;
  settings: SessionSettings;
  compiler: PageCompiler;
}

/** The step of the page as it is now. Throws LAB_PAGE_NOT_FOUND, and SESSION_PAGE_CHANGED where the page has no such step (any more). */
export async function findStep(
  { session, lab, page, step }: { session: SessionResource; lab: Lab; page: string; step: string },
  { client, settings, compiler }: Pick<StepSurroundings, "client" | "settings" | "compiler">,
): Promise<SessionStep> {
  const variables = variablesOf(lab, session, client, settings);
  const { actions } = await compiler.compile(lab, findPage(lab, page), variables);
  const action = actions.find(({ view }) => view.step === step);
  if (action) return { session, lab, page, action };
  throw pageChanged();
}

/** What is asked for is not on the page as it is now. */
export function pageChanged(): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.sessionPageChanged,
    "This page has changed since you opened it; reload it to see what it says now. Nothing was run",
  );
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

/** Takes the step back from the terminals it still waits for. */
export async function cancelStep(
  { host }: Pick<StepSurroundings, "host">,
  { session, action }: SessionStep,
  id: string,
): Promise<void> {
  await Promise.all(
    action.view.terminals.map((terminal) =>
      takeBack(host, { session: session.metadata.name, terminal }, commandId(id, terminal)),
    ),
  );
}

/** A step may be taken back before the host has heard of its command. */
async function takeBack(host: SessionHost, address: TerminalAddress, command: string): Promise<void> {
  for (let look = 0; look < CANCEL_LOOKS; look += 1) {
    if (await host.cancel(address, command)) return;
    const outcome = await host.outcome(address, command);
    if (outcome !== undefined && outcome !== "queued") return;
    await wait(CANCEL_LOOK_MS);
  }
}

/** The id under which the terminal host knows a step's command in one of its terminals. */
export function commandId(id: string, terminal: string): string {
  return `${id}-${terminal}`;
}

const RUNNABLE = new Set([
  "execute",
  "execute-all",
  "terminal-clear",
  "terminal-interrupt",
  "terminal-input",
  "manual",
  "edit",
  "show-file",
  "examine",
  "quiz",
  "copy-file",
  "download-file",
]);

/** Whether the server does something for such a block. */
export function isRunnable({ kind }: Pick<ActionView, "kind">): boolean {
  return RUNNABLE.has(kind);
}

/** Throws SESSION_STEP_NOT_RUNNABLE. */
export function requireRunnable(
  { page, action: { view, question, test } }: SessionStep,
  { answer, inputs = {} }: { answer?: QuizAnswer; inputs?: InputValues | undefined } = {},
): void {
  const entered = question
    ? answerProblem(question, answer?.given ?? [])
    : test?.inputs && inputProblem(test.inputs, inputs);
  const why = isRunnable(view) ? entered : (view.problem ?? "it happens in the browser");
  if (why === undefined) return;
  throw new WorkshopError(
    WORKSHOP_ERRORS.sessionStepNotRunnable,
    `Step ${view.number} of ${page} (${view.action}) cannot be run: ${why}`,
  );
}
