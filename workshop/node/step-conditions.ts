import type { PageAction } from "../common/action.js";
import type { CheckResult, StepResult } from "../common/api.js";
import { type Condition, beyondNamespace, parseCondition } from "../common/condition.js";
import { conditionText } from "../common/condition-words.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { type SessionResource, hasOwnCluster } from "../common/session.js";
import { scriptText } from "../common/expectation.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { ConditionWatch, type WatchedConditions } from "./check-evaluator.js";
import { runCheckScript } from "./script-check.js";
import { shellOf } from "./session-environment.js";
import { clusterOf } from "./session-cluster.js";
import type { SessionStep, StepSurroundings } from "./session-step.js";

/** How long the cluster has to say what was so before a step; without an answer the step runs all the same. */
export const BASELINE_MS = 3_000;

/** What is so of the step's conditions now; those that are true are so before the step. */
export async function baselineOf(
  surroundings: StepSurroundings,
  step: SessionStep,
  signal?: AbortSignal,
): Promise<CheckResult[]> {
  const conditions = watchConditions(await clusterOf(step.session, surroundings), step);
  try {
    const looked = await conditions?.looked({ timeoutMs: BASELINE_MS, ...(signal && { signal }) });
    const script = await runScript(surroundings, step, { timeoutMs: BASELINE_MS, signal });
    return [...(looked ?? []), ...(script ? [asBefore(script)] : [])];
  } finally {
    conditions?.close();
  }
}

/** Watches what the cluster has to come to; `undefined` where nothing is asked of it. */
export function watchConditions(
  cluster: KubernetesClient,
  { session, action }: SessionStep,
  baseline?: readonly CheckResult[],
): ConditionWatch | undefined {
  const conditions = action.expectation.until.map((text) => parseCondition(text));
  if (conditions.length === 0) return undefined;
  return new ConditionWatch(cluster, watchedOf(session, conditions, baseline));
}

/** What is looked at for a session. Throws CHECK_INVALID where a condition is about what is not the session's to look at. */
export function watchedOf(
  session: SessionResource,
  conditions: readonly Condition[],
  baseline?: readonly CheckResult[],
): WatchedConditions {
  const { namespace, organization } = session.spec;
  const isOwnCluster = hasOwnCluster(session);
  const beyond = isOwnCluster ? undefined : conditions.map(beyondNamespace).find((why) => why !== undefined);
  if (beyond !== undefined)
    throw new WorkshopError(
      WORKSHOP_ERRORS.checkInvalid,
      `A condition of the step ${beyond}, and the session has a namespace of its own only; the lab may give it a cluster ("cluster: own")`,
    );
  return { namespace, isOwnCluster, organization, conditions, ...(baseline && { baseline }) };
}

/** Runs the lab's own check of a step; `undefined` where it has none. */
export async function runScript(
  { client, host, settings }: StepSurroundings,
  { session, lab, action }: SessionStep,
  { timeoutMs, signal }: { timeoutMs?: number; signal: AbortSignal | undefined },
): Promise<CheckResult | undefined> {
  const { script: path } = action.expectation;
  if (path === undefined) return undefined;
  const { env } = shellOf(session, lab, { client, settings });
  const run = {
    lab,
    session: session.metadata.name,
    path,
    env,
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
  return runCheckScript(run, host, signal);
}

/** What was found so where nothing had been done yet. */
export function asBefore(check: CheckResult): CheckResult {
  return check.state === "passed" ? { ...check, state: "before" } : check;
}

/** What the learner was told would be looked at stays in sight when the command has failed before it. */
export function withUnseen(judged: Partial<StepResult>, { expectation }: PageAction): Partial<StepResult> {
  const detail = "Not looked at, because the command did not do what was expected";
  const unseen = expectation.until.map((text) => ({
    text: conditionText(parseCondition(text)),
    state: "idle" as const,
    detail,
  }));
  const script =
    expectation.script === undefined
      ? []
      : [{ text: scriptText(expectation.script), state: "idle" as const, detail }];
  return { ...judged, checks: [...(judged.checks ?? []), ...unseen, ...script] };
}
