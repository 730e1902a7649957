import type { ResourceRef } from "../api/object.js";
import type { WatchEvent } from "../api/service.js";
import { findCondition, withoutCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey } from "./object-keys.js";
import type { LabelSelector, Pod, ReplicaSet, ReplicaSetStatus } from "./object-kinds.js";
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
import { pods, replicaSets, replicationControllers, statusOf } from "./resource-refs.js";
import { runInGrowingBatches } from "./slow-start.js";
import type { WorkQueue } from "./work-queue.js";

const FAILURE = "ReplicaFailure";

/** A kind whose objects keep a number of pods. */
interface Replicating {
  /** Of the controller. */
  name: string;
  kind: string;
  ref: ResourceRef;
  /** Kinds differ in how they write their selector. */
  selectorOf(owner: ReplicaSet): LabelSelector;
}

const REPLICA_SETS: Replicating = {
  name: "replicaset-controller",
  kind: "ReplicaSet",
  ref: replicaSets,
  selectorOf: ({ spec }) => spec.selector,
};

const REPLICATION_CONTROLLERS: Replicating = {
  name: "replication-controller",
  kind: "ReplicationController",
  ref: replicationControllers,
  selectorOf: ({ spec }) => ({ matchLabels: (spec.selector ?? {}) as Record<string, string> }),
};

/** Keeps as many pods as each ReplicaSet asks for and reports in its status. */
export function createReplicaSetController(context: ControllerContext): Controller {
  return createReplicatingController(context, REPLICA_SETS);
}

/** The same for the kind that was there before. */
export function createReplicationController(context: ControllerContext): Controller {
  return createReplicatingController(context, REPLICATION_CONTROLLERS);
}

function createReplicatingController(context: ControllerContext, replicating: Replicating): Controller {
  const { api } = context;
  const { name, ref } = replicating;
  const control: PodControl = { api, recorder: context.recorder(name), writes: writesOf(name) };
  return {
    name,
    watch: (queue) => [
      api.watch(ref, (event) => addReplicaSet(queue, event)),
      api.watch(pods, (event) => addOwnersOf(context, replicating, queue, event)),
    ],
    reconcile: async (key, queue) => {
      const owner = api.find(ref, locationOfKey(key)) as ReplicaSet | undefined;
      if (owner !== undefined) await new ReplicaRound(context, control, replicating, owner).sync(queue);
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

function addOwnersOf(
  { api }: ControllerContext,
  { kind, ref }: Replicating,
  queue: WorkQueue,
  { object, previous }: WatchEvent,
): void {
  for (const pod of previous === undefined ? [object] : [object, previous]) {
    const key = controllerKey(pod, kind);
    if (key !== undefined) queue.add(key);
  }
  if (controllerOf(object) !== undefined) return;
  // An orphan may be anybody's whose selector it matches.
  const namespace = object.metadata.namespace ?? "";
  for (const owner of api.list(ref, { namespace })) queue.add(keyOf(owner));
}

class ReplicaRound {
  readonly #context: ControllerContext;
  readonly #control: PodControl;
  readonly #replicating: Replicating;
  readonly #owner: ReplicaSet;

  constructor(context: ControllerContext, control: PodControl, replicating: Replicating, owner: ReplicaSet) {
    this.#context = context;
    this.#control = control;
    this.#replicating = replicating;
    this.#owner = owner;
  }

  async sync(queue: WorkQueue): Promise<void> {
    const { api, writes } = this.#control;
    const owner = this.#owner;
    const selector = this.#replicating.selectorOf(owner);
    const owned = (await claimOwned({ api, ref: pods, owner, selector, writes })) as Pod[];
    const active = owned.filter(isActivePod);
    const failure =
      owner.metadata.deletionTimestamp === undefined
        ? await manageReplicas(this.#control, owner, active)
        : undefined;
    const status = this.#status(owned, failure);
    if (!isSameJson(status, owner.status)) {
      await api.update(statusOf(this.#replicating.ref), { ...structuredClone(owner), status }, writes);
    }
    addWhenAvailable(this.#context, owner, active, queue);
    if (failure !== undefined && !isNamespaceTerminating(failure.error)) throw failure.error;
  }

  #status(owned: Pod[], failure: Failure | undefined): ReplicaSetStatus {
    const status = statusOfReplicas(this.#context, this.#owner, owned, failure);
    if (this.#replicating.ref === replicaSets) return status;
    const { terminatingReplicas: _, ...rest } = status;
    return rest;
  }
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
