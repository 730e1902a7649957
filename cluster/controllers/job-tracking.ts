import type { WriteOptions } from "../api/service.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { completedIndexes, indexText } from "./job-indexes.js";
import { failedIndexes, hasLimitPerIndex, podsToReplace } from "./job-index-failures.js";
import { ignoredByPolicy } from "./job-failure-policy.js";
import { keyOf, locationOfKey, locationOfObject, namespaceOf } from "./object-keys.js";
import type { Job, Pod } from "./object-kinds.js";
import { controllerOf } from "./owner-references.js";
import { isNotFound } from "./pod-control.js";
import { jobs, pods } from "./resource-refs.js";

/** Holds a Job's pod until the Job has counted how it ended. */
export const TRACKING_FINALIZER = "batch.kubernetes.io/job-tracking";

/** How the pods of a Job ended, those that are long gone too. */
export interface JobTally {
  /** Counted for good: the pods no longer need to be held. */
  succeeded: number;
  failed: number;
  /** Uids of pods that ended and are still held. */
  uncounted: { succeeded: string[]; failed: string[] };
  completedIndexes: number[];
  /** Absent where no index has a limit of its own. */
  failedIndexes: number[] | undefined;
  /** By index the failed pods that are counted only once they are replaced, or the Job ends. */
  replaced: Map<number, Pod>;
  /** Pods to let go once the tally is stored. */
  ended: Pod[];
}

export function succeededOf({ succeeded, uncounted }: JobTally): number {
  return succeeded + uncounted.succeeded.length;
}

export function failedOf({ failed, uncounted }: JobTally): number {
  return failed + uncounted.failed.length;
}

/** Counts the failed pods that waited to be replaced, now that none of them will be. */
export function countReplaced(job: Job, { uncounted, replaced, ended }: JobTally): void {
  for (const pod of replaced.values()) {
    if (!ignoredByPolicy(job, pod)) uncounted.failed.push(pod.metadata.uid ?? "");
    ended.push(pod);
  }
  replaced.clear();
}

/** Adds what the Job's status knows and what its pods show; each pod is counted once, however often this is asked. */
export function tallyOf(job: Job, owned: Pod[]): JobTally {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods = {} } = job.status ?? {};
  const held = owned.filter(isTracked);
  const over = held.filter((pod) => isSucceeded(pod) || isFailed(job, pod));
  const indexes = completedIndexes(job, over);
  const failures = over.filter((pod) => !isSucceeded(pod));
  const lost = hasLimitPerIndex(job) ? failedIndexes(job, failures) : undefined;
  const replaced =
    lost === undefined
      ? new Map<number, Pod>()
      : podsToReplace(job, { owned, failed: failures, done: [...indexes, ...lost] });
  const waiting = new Set(replaced.values());
  const ended = over.filter((pod) => !waiting.has(pod));
  const isIndexed = job.spec.completionMode === "Indexed";
  const before = {
    succeeded: settle(uncountedTerminatedPods.succeeded, held),
    failed: settle(uncountedTerminatedPods.failed, held),
  };
  const uncounted = { succeeded: before.succeeded.held, failed: before.failed.held };
  for (const pod of ended) {
    const uid = pod.metadata.uid ?? "";
    if (uncounted.succeeded.includes(uid) || uncounted.failed.includes(uid)) continue;
    if (isSucceeded(pod)) {
      if (!isIndexed) uncounted.succeeded.push(uid);
    } else if (!ignoredByPolicy(job, pod)) uncounted.failed.push(uid);
  }
  return {
    succeeded: isIndexed ? indexes.length : succeeded + before.succeeded.gone,
    failed: failed + before.failed.gone,
    uncounted,
    completedIndexes: indexes,
    failedIndexes: lost,
    replaced,
    ended,
  };
}

/** Divides uids into those of pods that are still held and the number of those that have been let go. */
function settle(uids: string[] | undefined, held: Pod[]): { held: string[]; gone: number } {
  const heldUids = new Set(held.map(({ metadata }) => metadata.uid));
  const all = uids ?? [];
  const still = all.filter((uid) => heldUids.has(uid));
  return { held: still, gone: all.length - still.length };
}

/** The part of a Job's status that is a tally. */
export function tallyStatus(job: Job, tally: JobTally): NonNullable<Job["status"]> {
  const { succeeded, failed, uncounted } = tally;
  const lists = Object.entries(uncounted).filter(([, uids]) => uids.length > 0);
  const indexes = job.spec.completionMode === "Indexed" ? indexText(tally.completedIndexes) : "";
  return {
    ...(succeeded > 0 && { succeeded }),
    ...(failed > 0 && { failed }),
    uncountedTerminatedPods: Object.fromEntries(lists),
    ...(indexes !== "" && { completedIndexes: indexes }),
    ...(tally.failedIndexes && { failedIndexes: indexText(tally.failedIndexes) }),
  };
}

/** Lets a pod go that has been counted; one that is gone already is no error. */
export async function untrack(
  { api }: Pick<ControllerContext, "api">,
  pod: Pod,
  writes: WriteOptions,
): Promise<void> {
  const { uid, finalizers = [] } = pod.metadata;
  const kept = finalizers.filter((name) => name !== TRACKING_FINALIZER);
  const body = { metadata: { uid, finalizers: kept.length > 0 ? kept : null } };
  try {
    await api.patch(pods, locationOfObject(pod), { type: "merge", body }, writes);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Lets go the pods whose Job is no longer there to count them. */
export function createJobPodReleaser(context: ControllerContext): Controller {
  const { api } = context;
  const writes = writesOf("job-controller");
  return {
    name: "job-pod-releaser",
    watch: (queue) => [
      api.watch(pods, ({ object }) => {
        if (isTracked(object as Pod)) queue.add(keyOf(object));
      }),
      api.watch(jobs, ({ type, object }) => {
        if (type !== "DELETED" && object.metadata.deletionTimestamp === undefined) return;
        for (const pod of api.list(pods, { namespace: namespaceOf(object) })) queue.add(keyOf(pod));
      }),
    ],
    reconcile: async (key) => {
      const pod = api.find(pods, locationOfKey(key)) as Pod | undefined;
      if (pod === undefined || !isTracked(pod)) return;
      const owner = controllerOf(pod);
      const at = { namespace: namespaceOf(pod), name: owner?.name ?? "" };
      const job = owner?.kind === "Job" ? api.find(jobs, at) : undefined;
      const isThere = job?.metadata.uid === owner?.uid && job?.metadata.deletionTimestamp === undefined;
      if (job === undefined || !isThere) await untrack(context, pod, writes);
    },
  };
}

function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false;
}

function isSucceeded({ status }: Pod): boolean {
  return status?.phase === "Succeeded";
}

/** One that is being deleted counts as failed, unless the Job waits to see it end. */
function isFailed({ spec }: Job, { metadata, status }: Pod): boolean {
  if (status?.phase === "Failed") return true;
  return spec.podReplacementPolicy !== "Failed" && metadata.deletionTimestamp !== undefined;
}
