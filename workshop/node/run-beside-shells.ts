import type { PageAction } from "../common/action.js";
import type { CheckResult, StepResult } from "../common/api.js";
import { MAX_EDITED_BYTES } from "../common/editor/file-limits.js";
import { failedText } from "../common/judge-step.js";
import type { InputValues } from "../common/test-inputs.js";
import { editHome } from "./edit-home.js";
import { runExamination } from "./script-check.js";
import { shellOf } from "./session-environment.js";
import type { SessionStep, StepSurroundings } from "./session-step.js";

interface RunOptions {
  inputs?: InputValues | undefined;
  signal?: AbortSignal;
  /** Told of a test that has failed and is run again. */
  onAttempt: (check: CheckResult) => void;
}

/** Whether the step is done beside the shells: in the files of the home, or by a test of the lab. */
export function isBesideShells({ edit, test, view }: PageAction): boolean {
  return edit !== undefined || test !== undefined || isFileWork(view);
}

/** Does such a step and says how it went. Throws what the session host throws, and the signal's reason. */
export async function runBesideShells(
  surroundings: Pick<StepSurroundings, "client" | "host" | "settings">,
  step: SessionStep,
  options: RunOptions,
): Promise<Partial<StepResult>> {
  const startedAt = new Date();
  const result = await outcomeOf(surroundings, step, options);
  return { ...result, startedAt: startedAt.toISOString(), durationMs: Date.now() - startedAt.getTime() };
}

async function outcomeOf(
  { client, host, settings }: Pick<StepSurroundings, "client" | "host" | "settings">,
  { session, lab, action }: SessionStep,
  { inputs, signal, onAttempt }: RunOptions,
): Promise<Partial<StepResult>> {
  const name = session.metadata.name;
  if (action.edit) {
    const outcome = await editHome(host, name, action.edit);
    return outcome.isDone
      ? { state: "succeeded", editor: outcome.place }
      : { state: "failed", message: outcome.why };
  }
  if (action.test) {
    const { env } = shellOf(session, lab, { client, settings });
    const run = { lab, session: name, env, test: action.test, inputs };
    const check = await runExamination(run, host, { onAttempt, ...(signal && { signal }) });
    const isMet = check.state === "passed";
    return {
      state: isMet ? "succeeded" : "failed",
      checks: [check],
      ...(!isMet && { message: failedText(check) }),
    };
  }
  try {
    await host.read(name, action.view.file ?? "", MAX_EDITED_BYTES);
    return { state: "succeeded" };
  } catch (error) {
    if ((error as { code?: unknown }).code !== "TERMINAL_FILE_UNUSABLE") throw error;
    return { state: "failed", message: (error as Error).message };
  }
}

/** What a browser copies or downloads is looked for where there is no browser. */
function isFileWork({ kind }: PageAction["view"]): boolean {
  return kind === "copy-file" || kind === "download-file";
}
