import { nameOf, namespaceOf } from "./object-keys.js";
import type { ContainerStatus, Job, Pod, PodFailureRule } from "./object-kinds.js";

/** Why a failed pod ends its Job by the Job's podFailurePolicy; `undefined` when it does not. */
export function failureByPolicy(job: Job, pod: Pod): string | undefined {
  const match = firstMatch(job, pod);
  return match?.rule.action === "FailJob" ? match.message : undefined;
}

/** Whether the Job's podFailurePolicy says not to count the failure. */
export function ignoredByPolicy(job: Job, pod: Pod): boolean {
  return firstMatch(job, pod)?.rule.action === "Ignore";
}

/** Whether the Job's podFailurePolicy says that the index of the failed pod is lost. */
export function failsIndexByPolicy(job: Job, pod: Pod): boolean {
  return firstMatch(job, pod)?.rule.action === "FailIndex";
}

function firstMatch(job: Job, pod: Pod): { rule: PodFailureRule; message: string } | undefined {
  if (pod.status?.phase !== "Failed") return undefined;
  const { rules = [] } = job.spec.podFailurePolicy ?? {};
  for (const [index, rule] of rules.entries()) {
    const what = matchExitCodes(rule, pod) ?? matchConditions(rule, pod);
    if (what !== undefined) {
      return { rule, message: `${what} matching ${rule.action} rule at index ${index}` };
    }
  }
  return undefined;
}

function matchExitCodes({ onExitCodes }: PodFailureRule, pod: Pod): string | undefined {
  if (onExitCodes === undefined) return undefined;
  const { containerName, operator, values } = onExitCodes;
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
  const found = [...containerStatuses, ...initContainerStatuses].find(
    (status) =>
      (containerName === undefined || status.name === containerName) &&
      exitCodeOf(status) !== 0 &&
      values.includes(exitCodeOf(status)) === (operator === "In"),
  );
  if (found === undefined) return undefined;
  return `Container ${found.name} for pod ${namespaceOf(pod)}/${nameOf(pod)} failed with exit code ${exitCodeOf(found)}`;
}

function matchConditions({ onPodConditions }: PodFailureRule, pod: Pod): string | undefined {
  const found = pod.status?.conditions?.find((condition) =>
    onPodConditions?.some(
      ({ type, status = "True" }) => condition.type === type && condition.status === status,
    ),
  );
  if (found === undefined) return undefined;
  return `Pod ${namespaceOf(pod)}/${nameOf(pod)} has condition ${found.type}`;
}

function exitCodeOf({ state }: ContainerStatus): number {
  return state.terminated?.exitCode ?? 0;
}
