import type { WatchEvent } from "../api/service.js";
import { findCondition, withoutCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey } from "./object-keys.js";
import type { Pod, ReplicaSet, ReplicaSetStatus } from "./object-kinds.js";
import { claimOwned, controllerKey, controllerOf } from "./owner-references.js";
import type { PodControl } from "./pod-control.js";
import {
  BURST_REPLICAS,
  createPod,
  deletePod,
  isNamespaceTerminating,
  messageOf,
  podsToCreate,
} from "./pod-control.js";
import { availableInMs, compareForDeletion, isActivePod, isReadyPod, isTerminatingPod } from "./pod-state.js";
import { pods, replicaSets, statusOf } from "./resource-refs.js";
import { runInGrowingBatches } from "./slow-start.js";
import type { WorkQueue } from "./work-queue.js";

const NAME = "replicaset-controller";
const FAILURE = "ReplicaFailure";

/** Keeps as many pods as each ReplicaSet asks for and reports in its status. */
export function createReplicaSetController(context: ControllerContext): Controller {
  const { api } = context;
  const control: PodControl = { api, recorder: context.recorder(NAME), writes: writesOf(NAME) };
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(replicaSets, (event) => addReplicaSet(queue, event)),
      api.watch(pods, (event) => addOwnersOf(context, queue, event)),
    ],
    reconcile: async (key, queue) => {
      const replicaSet = api.find(replicaSets, locationOfKey(key)) as ReplicaSet | undefined;
      if (replicaSet !== undefined) await syncReplicaSet(context, control, replicaSet, queue);
    },
  };
}

/** A touched ReplicaSet is tried again at once, whatever its back-off; a new status alone touches nothing. */
function addReplicaSet(queue: WorkQueue, { type, object, previous }: WatchEvent): void {
  const isStatusOnly =
    type === "MODIFIED" &&
    object.metadata.generation === previous?.metadata.generation &&
    object.metadata.deletionTimestamp === previous?.metadata.deletionTimestamp &&
    isSameJson(object.metadata.annotations, previous?.metadata.annotations) &&
    isSameJson(object.metadata.labels, previous?.metadata.labels);
  if (!isStatusOnly) queue.addAfresh(keyOf(object));
}

function addOwnersOf({ api }: ControllerContext, queue: WorkQueue, { object, previous }: WatchEvent): void {
  for (const pod of previous === undefined ? [object] : [object, previous]) {
    const key = controllerKey(pod, "ReplicaSet");
    if (key !== undefined) queue.add(key);
  }
  if (controllerOf(object) !== undefined) return;
  // An orphan may be anybody's whose selector it matches.
  const namespace = object.metadata.namespace ?? "";
  for (const replicaSet of api.list(replicaSets, { namespace })) queue.add(keyOf(replicaSet));
}

async function syncReplicaSet(
  context: ControllerContext,
  control: PodControl,
  replicaSet: ReplicaSet,
  queue: WorkQueue,
): Promise<void> {
  const { selector } = replicaSet.spec;
  const { api, writes } = control;
  const owned = (await claimOwned({ api, ref: pods, owner: replicaSet, selector, writes })) as Pod[];
  const active = owned.filter(isActivePod);
  const failure =
    replicaSet.metadata.deletionTimestamp === undefined
      ? await manageReplicas(control, replicaSet, active)
      : undefined;
  const status = statusOfReplicas(context, replicaSet, owned, failure);
  if (!isSameJson(status, replicaSet.status)) {
    const next = { ...structuredClone(replicaSet), status };
    await api.update(statusOf(replicaSets), next, writes);
  }
  addWhenAvailable(context, replicaSet, active, queue);
  if (failure !== undefined && !isNamespaceTerminating(failure.error)) throw failure.error;
}

interface Failure {
  reason: "FailedCreate" | "FailedDelete";
  error: unknown;
}

async function manageReplicas(
  control: PodControl,
  replicaSet: ReplicaSet,
  active: Pod[],
): Promise<Failure | undefined> {
  const missing = (replicaSet.spec.replicas ?? 1) - active.length;
  try {
    if (missing > 0) {
      const count = podsToCreate(control, replicaSet, { missing, present: active.length });
      await runInGrowingBatches(count, () => createPod(control, replicaSet, replicaSet.spec.template));
    } else if (missing < 0) {
      const surplus = active.toSorted(compareForDeletion).slice(0, Math.min(-missing, BURST_REPLICAS));
      await Promise.all(surplus.map((pod) => deletePod(control, replicaSet, pod)));
    }
    return undefined;
  } catch (error) {
    return { reason: missing > 0 ? "FailedCreate" : "FailedDelete", error };
  }
}

function statusOfReplicas(
  { clock }: ControllerContext,
  replicaSet: ReplicaSet,
  owned: Pod[],
  failure: Failure | undefined,
): ReplicaSetStatus {
  const { template, minReadySeconds = 0 } = replicaSet.spec;
  const active = owned.filter(isActivePod);
  const now = clock.now();
  const labels = Object.entries(template.metadata?.labels ?? {});
  const conditions = conditionsOf(replicaSet, failure, timestampOf(now));
  const counts = {
    fullyLabeledReplicas: countOf(active, ({ metadata }) =>
      labels.every(([key, value]) => metadata.labels?.[key] === value),
    ),
    readyReplicas: countOf(active, isReadyPod),
    availableReplicas: countOf(active, (pod) => availableInMs(pod, minReadySeconds, now) === 0),
  };
  return {
    replicas: active.length,
    ...Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0)),
    terminatingReplicas: countOf(owned, isTerminatingPod),
    observedGeneration: replicaSet.metadata.generation ?? 1,
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function countOf(list: Pod[], isCounted: (pod: Pod) => boolean): number {
  return list.filter(isCounted).length;
}

/** The first failure stays as it was told until a round succeeds. */
function conditionsOf(replicaSet: ReplicaSet, failure: Failure | undefined, now: string) {
  const conditions = replicaSet.status?.conditions ?? [];
  if (failure === undefined) return withoutCondition(conditions, FAILURE);
  if (findCondition(conditions, FAILURE) !== undefined) return conditions;
  const message = messageOf(failure.error);
  return [
    ...conditions,
    { type: FAILURE, status: "True" as const, lastTransitionTime: now, reason: failure.reason, message },
  ];
}

function addWhenAvailable(
  { clock }: ControllerContext,
  replicaSet: ReplicaSet,
  active: Pod[],
  queue: WorkQueue,
): void {
  const { minReadySeconds = 0 } = replicaSet.spec;
  if (minReadySeconds === 0) return;
  const waits = active
    .map((pod) => availableInMs(pod, minReadySeconds, clock.now()) ?? 0)
    .filter((ms) => ms > 0);
  if (waits.length > 0) queue.addAfter(keyOf(replicaSet), Math.min(...waits));
}
