import { findCondition, hasTrueCondition, withCondition, withoutCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import type { ReplicaSets } from "./deployment-replicas.js";
import { allOf, availableOf, fencepostsOf, replicasOf, sumOf } from "./deployment-replicas.js";
import type { Condition, Deployment, DeploymentStatus } from "./object-kinds.js";
import { nameOf } from "./object-keys.js";

const AVAILABLE = "Available";
const PROGRESSING = "Progressing";
const FAILURE = "ReplicaFailure";
const COMPLETE = "NewReplicaSetAvailable";
const TIMED_OUT = "ProgressDeadlineExceeded";
/** A deadline this long is none, in seconds. */
const NO_DEADLINE = 2_147_483_647;

/** The status of a deployment with these ReplicaSets, with the progress made since the last one. */
export function deploymentStatus(deployment: Deployment, sets: ReplicaSets, now: Date): DeploymentStatus {
  const counts = countsOf(sets);
  const conditions = withFailure(
    withProgress(withAvailability(deployment, counts, timestampOf(now)), { deployment, sets, counts, now }),
    sets,
    timestampOf(now),
  );
  const { collisionCount } = deployment.status ?? {};
  return {
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    terminatingReplicas: sumOf(allOf(sets), (set) => set.status?.terminatingReplicas ?? 0),
    observedGeneration: deployment.metadata.generation ?? 1,
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

/** Says that a rollout was paused or goes on, so that the time in between does not count against its deadline. */
export function pauseConditions(deployment: Deployment, now: Date): Condition[] | undefined {
  if (!hasDeadline(deployment)) return undefined;
  const conditions = deployment.status?.conditions;
  const current = findCondition(conditions, PROGRESSING);
  if (current?.reason === TIMED_OUT) return undefined;
  const isPaused = deployment.spec.paused === true;
  const isKnownPaused = current?.reason === "DeploymentPaused";
  if (isPaused === isKnownPaused) return undefined;
  return withCondition(conditions, {
    ...newCondition(PROGRESSING, "Unknown", timestampOf(now)),
    reason: isPaused ? "DeploymentPaused" : "DeploymentResumed",
    message: isPaused ? "Deployment is paused" : "Deployment is resumed",
  });
}

/** Milliseconds until an unfinished rollout misses its deadline; `undefined` where there is none to miss. */
export function deadlineInMs(
  deployment: Deployment,
  status: DeploymentStatus,
  now: Date,
): number | undefined {
  const progressing = findCondition(status.conditions, PROGRESSING);
  if (!hasDeadline(deployment) || progressing?.lastUpdateTime === undefined) return undefined;
  if (progressing.reason === COMPLETE || progressing.reason === TIMED_OUT) return undefined;
  const deadline =
    Date.parse(progressing.lastUpdateTime) + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
  return Math.max(0, deadline - now.getTime());
}

export function isComplete(deployment: Deployment, sets: ReplicaSets): boolean {
  return isCompleteWith(deployment, countsOf(sets));
}

export function hasDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NO_DEADLINE;
}

export function newCondition(type: string, status: Condition["status"], now: string): Condition {
  return { type, status, lastUpdateTime: now, lastTransitionTime: now };
}

type Counts = Record<
  "replicas" | "updatedReplicas" | "readyReplicas" | "availableReplicas" | "unavailableReplicas",
  number
>;

function countsOf(sets: ReplicaSets): Counts {
  const all = allOf(sets);
  const availableReplicas = sumOf(all, availableOf);
  return {
    replicas: sumOf(all, (set) => set.status?.replicas ?? 0),
    updatedReplicas: sets.current?.status?.replicas ?? 0,
    readyReplicas: sumOf(all, (set) => set.status?.readyReplicas ?? 0),
    availableReplicas,
    unavailableReplicas: Math.max(0, sumOf(all, replicasOf) - availableReplicas),
  };
}

function withAvailability(deployment: Deployment, counts: Counts, now: string): Condition[] {
  const isAvailable =
    counts.availableReplicas >= replicasOf(deployment) - fencepostsOf(deployment).unavailable;
  return withCondition(deployment.status?.conditions, {
    ...newCondition(AVAILABLE, isAvailable ? "True" : "False", now),
    reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    message: isAvailable
      ? "Deployment has minimum availability."
      : "Deployment does not have minimum availability.",
  });
}

interface Progress {
  deployment: Deployment;
  sets: ReplicaSets;
  counts: Counts;
  now: Date;
}

function withProgress(conditions: Condition[], progress: Progress): Condition[] {
  const { deployment, counts, sets } = progress;
  if (!hasDeadline(deployment)) return withoutCondition(conditions, PROGRESSING);
  const current = findCondition(conditions, PROGRESSING);
  if (current?.reason === COMPLETE && counts.replicas === counts.updatedReplicas) return conditions;
  const subject = sets.current
    ? `ReplicaSet "${nameOf(sets.current)}"`
    : `Deployment "${nameOf(deployment)}"`;
  const next = nextProgress(progress, current, subject);
  if (next === undefined) return conditions;
  // Every step forward is a new update time, from which the deadline counts.
  const transition = current?.status === next.status ? current.lastTransitionTime : undefined;
  const kept = transition === undefined ? next : { ...next, lastTransitionTime: transition };
  return [...withoutCondition(conditions, PROGRESSING), kept];
}

function nextProgress(
  progress: Progress,
  current: Condition | undefined,
  subject: string,
): Condition | undefined {
  const { deployment, counts } = progress;
  const now = timestampOf(progress.now);
  if (isCompleteWith(deployment, counts)) {
    const message = `${subject} has successfully progressed.`;
    return { ...newCondition(PROGRESSING, "True", now), reason: COMPLETE, message };
  }
  if (hasProgressed(deployment.status ?? {}, counts)) {
    const message = `${subject} is progressing.`;
    return { ...newCondition(PROGRESSING, "True", now), reason: "ReplicaSetUpdated", message };
  }
  if (current === undefined || current.reason === TIMED_OUT) return undefined;
  if (deadlineInMs(deployment, { conditions: [current] }, progress.now) !== 0) return undefined;
  const message = `${subject} has timed out progressing.`;
  return { ...newCondition(PROGRESSING, "False", now), reason: TIMED_OUT, message };
}

function isCompleteWith(deployment: Deployment, counts: Counts): boolean {
  const desired = replicasOf(deployment);
  return (
    counts.updatedReplicas === desired && counts.replicas === desired && counts.availableReplicas === desired
  );
}

function hasProgressed(before: DeploymentStatus, counts: Counts): boolean {
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = before;
  return (
    counts.updatedReplicas > updatedReplicas ||
    counts.replicas - counts.updatedReplicas < replicas - updatedReplicas ||
    counts.readyReplicas > readyReplicas ||
    counts.availableReplicas > availableReplicas
  );
}

function withFailure(conditions: Condition[], { current, old }: ReplicaSets, now: string): Condition[] {
  const sets = current === undefined ? old : [current, ...old];
  const failed = sets.find((set) => hasTrueCondition(set.status?.conditions, FAILURE));
  const failure = findCondition(failed?.status?.conditions, FAILURE);
  if (failure === undefined) return withoutCondition(conditions, FAILURE);
  const { reason = "", message = "", lastTransitionTime = now } = failure;
  return withCondition(conditions, {
    ...newCondition(FAILURE, "True", now),
    lastTransitionTime,
    reason,
    message,
  });
}
