import type { CheckResult, StepResult } from "../common/api.js";
import { parseCondition } from "../common/condition.js";
import type { Lab } from "../common/lab.js";
import { findPage } from "../common/render-page.js";
import type { SessionResource } from "../common/session.js";
import { ConditionWatch } from "./check-evaluator.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { clusterOf } from "./session-cluster.js";
import { watchedOf } from "./step-conditions.js";
import type { SessionStep, StepSurroundings } from "./session-step.js";
import { variablesOf } from "./session-environment.js";

export interface ManualWatch {
  session: SessionResource;
  lab: Lab;
  page: string;
  /** True for a step that was done before. */
  isDone: (step: SessionStep) => boolean;
  /** What is known of the step's conditions from an earlier watch. */
  checksOf: (step: SessionStep) => Promise<readonly CheckResult[] | undefined>;
  /** Told whenever a condition ticks (`idle`), and once all are true at the same moment (`succeeded`). */
  onResult: (step: SessionStep, result: StepResult) => void;
  signal: AbortSignal;
}

/** 10 min: a wait this long begins anew, so that no single one lasts as long as a session. */
const WAIT_MS = 10 * 60_000;

/**
 * Watches what the page asks a person to do, until all of it is done, the session has ended or the signal fires; then it resolves.
 * Throws LAB_PAGE_NOT_FOUND, and where the cluster may not be read.
 */
export async function watchManualSteps(
  { client, settings, compiler }: Pick<StepSurroundings, "client" | "settings" | "compiler">,
  watch: ManualWatch,
): Promise<void> {
  const { session, lab, page } = watch;
  const variables = variablesOf(lab, session, client, settings);
  const { actions } = await compiler.compile(lab, findPage(lab, page), variables);
  const open = actions
    .filter(({ view, expectation }) => view.kind === "manual" && expectation.until.length > 0)
    .map((action) => ({ session, lab, page, action }))
    .filter((step) => !watch.isDone(step));
  try {
    const cluster = await clusterOf(session, { client, settings });
    await Promise.all(open.map((step) => watchStep(cluster, step, watch)));
  } catch (error) {
    if (!watch.signal.aborted) throw error;
  }
}

async function watchStep(client: KubernetesClient, step: SessionStep, watch: ManualWatch): Promise<void> {
  const { session, page, action } = step;
  const { onResult, signal } = watch;
  const conditions = action.expectation.until.map((text) => parseCondition(text));
  const baseline = await watch.checksOf(step);
  const conditionWatch = new ConditionWatch(client, watchedOf(session, conditions, baseline));
  const result = { page, step: action.view.step, number: action.view.number };
  const tell = onTick((checks) => onResult(step, { ...result, state: "idle", checks }));
  try {
    tell(await conditionWatch.looked({ timeoutMs: WAIT_MS, signal }));
    while (!signal.aborted) {
      const { ended, checks } = await conditionWatch.met({ timeoutMs: WAIT_MS, signal, onChange: tell });
      if (ended === "gone") return;
      if (ended === "met" && checks.some(({ state }) => state === "passed"))
        return onResult(step, { ...result, state: "succeeded", checks });
      // All of it was so before: it proves nothing until it has been otherwise.
      if (ended === "met") await conditionWatch.changed(signal);
    }
  } finally {
    conditionWatch.close();
  }
}

/** Passes on only that a condition has become true or is so no more; what is merely seen in between changes all the time. */
function onTick(tell: (checks: CheckResult[]) => void): (checks: CheckResult[]) => void {
  let last: string | undefined;
  return (checks) => {
    const states = checks.map(({ state }) => state).join();
    const isNews = states !== last;
    last = states;
    const isMet = !states.includes("waiting") && states.includes("passed");
    if (isNews && !isMet) tell(checks.map(({ text, state }) => ({ text, state })));
  };
}
