import type { Controller, ControllerContext } from "./controller.js";
import { timestampOf } from "./clock.js";
import { hasTrueCondition } from "./conditions.js";
import { writesOf } from "./controller-user.js";
import { JobBackoff } from "./job-backoff.js";
import { failureAnnotations, hasLimitPerIndex, waitMsAfter } from "./job-index-failures.js";
import { indexDetails, indexOf, missingIndexes } from "./job-indexes.js";
import type { JobOutcome } from "./job-outcome.js";
import { finishOf, isFinished, outcomeConditions, outcomeOf } from "./job-outcome.js";
import type { JobTally } from "./job-tracking.js";
import {
  countReplaced,
  failedOf,
  succeededOf,
  tallyOf,
  tallyStatus,
  TRACKING_FINALIZER,
  untrack,
} from "./job-tracking.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, locationOfObject } from "./object-keys.js";
import type { Condition, Job, JobStatus, Pod } from "./object-kinds.js";
import { claimOwned, controllerKey } from "./owner-references.js";
import type { PodControl, PodDetails } from "./pod-control.js";
import { BURST_REPLICAS, createPod, deletePod, podsToCreate } from "./pod-control.js";
import { isActivePod, isReadyPod, isTerminatingPod } from "./pod-state.js";
import { jobs, pods, statusOf } from "./resource-refs.js";
import type { WorkQueue } from "./work-queue.js";

const NAME = "job-controller";
/** What `managedBy` calls this controller; Jobs of others are left to them. */
const MANAGER = "kubernetes.io/job-controller";

/** Runs pods of each Job until enough of them succeeded or too many failed. */
export function createJobController(context: ControllerContext): Controller {
  const { api } = context;
  const control: PodControl = { api, recorder: context.recorder(NAME), writes: writesOf(NAME) };
  const backoff = new JobBackoff();
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(jobs, ({ type, object }) => {
        if (type === "DELETED") backoff.forget(object.metadata.uid ?? "");
        queue.add(keyOf(object));
      }),
      api.watch(pods, ({ object }) => {
        const key = controllerKey(object, "Job");
        if (key !== undefined) queue.add(key);
      }),
    ],
    reconcile: async (key, queue) => {
      const job = api.find(jobs, locationOfKey(key)) as Job | undefined;
      if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
      if (isFinished(job)) await expire(context, control, job, queue);
      else if ((job.spec.managedBy ?? MANAGER) !== MANAGER) return;
      else await new JobRound(context, control, backoff, job).sync(queue);
    },
  };
}

async function expire(
  { api, clock }: ControllerContext,
  { writes }: PodControl,
  job: Job,
  queue: WorkQueue,
): Promise<void> {
  const ttl = job.spec.ttlSecondsAfterFinished;
  if (ttl === undefined) return;
  const end = finishOf(job.status?.conditions);
  const dueMs = Date.parse(end?.lastTransitionTime ?? "") + ttl * 1000 - clock.now().getTime();
  if (dueMs > 0) return queue.addAfter(keyOf(job), dueMs);
  await api.delete(jobs, locationOfObject(job), { ...writes, propagationPolicy: "Foreground" });
}

class JobRound {
  readonly #context: ControllerContext;
  readonly #control: PodControl;
  readonly #backoff: JobBackoff;
  readonly #job: Job;
  readonly #now: Date;

  constructor(context: ControllerContext, control: PodControl, backoff: JobBackoff, job: Job) {
    this.#context = context;
    this.#control = control;
    this.#backoff = backoff;
    this.#job = job;
    this.#now = context.clock.now();
  }

  async sync(queue: WorkQueue): Promise<void> {
    const { api, writes } = this.#control;
    const { selector = {} } = this.#job.spec;
    const owned = (await claimOwned({ api, ref: pods, owner: this.#job, selector, writes })) as Pod[];
    const tally = tallyOf(this.#job, owned);
    this.#rememberFailures(tally);
    const outcome = outcomeOf(this.#job, owned, tally, this.#now);
    if (outcome !== undefined) countReplaced(this.#job, tally);
    let failure: unknown;
    try {
      await this.#manage(owned, tally, outcome, queue);
    } catch (error) {
      failure = error;
    }
    await this.#writeStatus(owned, tally, outcome);
    for (const pod of tally.ended) await untrack(this.#context, pod, writes);
    this.#addAtDeadline(queue);
    if (failure !== undefined) throw failure;
  }

  async #manage(
    owned: Pod[],
    tally: JobTally,
    outcome: JobOutcome | undefined,
    queue: WorkQueue,
  ): Promise<void> {
    const active = owned.filter(isActivePod).toSorted((a, b) => (indexOf(a) ?? 0) - (indexOf(b) ?? 0));
    const isEnding = outcome !== undefined || this.#job.spec.suspend === true;
    const wanted = isEnding ? 0 : this.#wantedPods(active.length, tally);
    const surplus = active.slice(wanted, wanted + BURST_REPLICAS);
    for (const pod of surplus) {
      // What the Job itself has no more use for is no failure.
      if (outcome?.type !== "Failed") await untrack(this.#context, pod, this.#control.writes);
      await deletePod(this.#control, this.#job, pod);
    }
    // Pods that are to be replaced only once they have failed hold their place until then.
    const isPatient = this.#job.spec.podReplacementPolicy === "Failed";
    const leaving = isPatient ? owned.filter(isTerminatingPod) : [];
    const missing = wanted - active.length - leaving.length;
    if (missing <= 0) return;
    const count = podsToCreate(this.#control, this.#job, { missing, present: owned.length });
    for (const details of this.#nextPods([...active, ...leaving], tally, count, queue)) {
      const held = { ...details, finalizers: [TRACKING_FINALIZER] };
      await createPod(this.#control, this.#job, this.#job.spec.template, held);
    }
  }

  /** What the pods are that can be made now, at most `count`; comes back for those that have to wait. */
  #nextPods(hold: Pod[], tally: JobTally, count: number, queue: WorkQueue): PodDetails[] {
    const nowMs = this.#now.getTime();
    const isPerIndex = hasLimitPerIndex(this.#job);
    const waitMs = isPerIndex ? 0 : this.#backoff.leftMs(this.#job.metadata.uid ?? "", nowMs);
    if (waitMs > 0) queue.addAfter(keyOf(this.#job), waitMs);
    if (waitMs > 0) return [];
    if (this.#job.spec.completionMode !== "Indexed") return Array.from({ length: count }, () => ({}));
    const settled = [...tally.completedIndexes, ...(tally.failedIndexes ?? [])];
    const missing = missingIndexes(this.#job, hold, settled, count);
    if (!isPerIndex) return missing.map((index) => indexDetails(this.#job, index));
    const waits = missing.map((index) => waitMsAfter(tally.replaced.get(index), nowMs));
    const soonestMs = Math.min(...waits.filter((ms) => ms > 0));
    if (Number.isFinite(soonestMs)) queue.addAfter(keyOf(this.#job), soonestMs);
    return missing
      .filter((_, i) => waits[i] === 0)
      .map((index) => {
        const details = indexDetails(this.#job, index);
        const counts = failureAnnotations(this.#job, tally.replaced.get(index));
        return { ...details, annotations: { ...details.annotations, ...counts } };
      });
  }

  #wantedPods(active: number, tally: JobTally): number {
    const { parallelism = 1, completions } = this.#job.spec;
    const succeeded = succeededOf(tally);
    if (completions !== undefined) return Math.max(0, Math.min(parallelism, completions - succeeded));
    return succeeded > 0 ? Math.min(parallelism, active) : parallelism;
  }

  async #writeStatus(owned: Pod[], tally: JobTally, outcome: JobOutcome | undefined): Promise<void> {
    const status = this.#status(owned, tally, outcome);
    if (isSameJson(status, this.#job.status)) return;
    const { api, writes, recorder } = this.#control;
    await api.update(statusOf(jobs), { ...structuredClone(this.#job), status }, writes);
    const isEnded = finishOf(status.conditions) !== undefined;
    if (isEnded && outcome !== undefined) {
      const { type, reason, message } = outcome;
      if (type === "Complete")
        recorder.record(this.#job, { type: "Normal", reason: "Completed", message: "Job completed" });
      else recorder.record(this.#job, { type: "Warning", reason, message });
    }
    const suspended = status.conditions?.find(({ type }) => type === "Suspended");
    const before = this.#job.status?.conditions?.find(({ type }) => type === "Suspended");
    if (suspended === undefined || suspended.status === before?.status) return;
    const isSuspended = suspended.status === "True";
    recorder.record(this.#job, {
      type: "Normal",
      reason: isSuspended ? "Suspended" : "Resumed",
      message: isSuspended ? "Job suspended" : "Job resumed",
    });
  }

  #status(owned: Pod[], tally: JobTally, outcome: JobOutcome | undefined): JobStatus {
    const now = timestampOf(this.#now);
    // What is being deleted in this round is no longer active in the next.
    const active = outcome === undefined ? owned.filter(isActivePod) : [];
    const isLeft = owned.some((pod) => isActivePod(pod) || isTerminatingPod(pod));
    const { uncounted } = tally;
    const isSettled = !isLeft && uncounted.succeeded.length + uncounted.failed.length === 0;
    const conditions = [
      ...this.#suspension(now),
      ...outcomeConditions(this.#job, outcome, { isSettled, now }),
    ];
    return {
      ...(active.length > 0 && { active: active.length }),
      ...tallyStatus(this.#job, tally),
      ready: active.filter(isReadyPod).length,
      terminating: owned.filter(isTerminatingPod).length,
      ...this.#startTime(now),
      ...(outcome?.type === "Complete" && isSettled && { completionTime: now }),
      ...(conditions.length > 0 && { conditions }),
    };
  }

  /** A Job that is resumed starts anew. */
  #startTime(now: string): Pick<JobStatus, "startTime"> {
    const { spec, status } = this.#job;
    const isSuspended = spec.suspend === true;
    const isResumed = !isSuspended && hasTrueCondition(status?.conditions, "Suspended");
    if (isResumed) return { startTime: now };
    if (status?.startTime !== undefined) return { startTime: status.startTime };
    return isSuspended ? {} : { startTime: now };
  }

  #suspension(now: string): Condition[] {
    const { spec, status } = this.#job;
    const known = status?.conditions?.find(({ type }) => type === "Suspended");
    const isSuspended = spec.suspend === true;
    if (known === undefined && !isSuspended) return [];
    const wanted = isSuspended ? "True" : "False";
    if (known?.status === wanted) return [known];
    const [reason, message] = isSuspended ? ["JobSuspended", "Job suspended"] : ["JobResumed", "Job resumed"];
    return [
      { type: "Suspended", status: wanted, reason, message, lastProbeTime: now, lastTransitionTime: now },
    ];
  }

  #rememberFailures(tally: JobTally): void {
    if (hasLimitPerIndex(this.#job)) return;
    const { uncountedTerminatedPods, succeeded = 0, failed = 0 } = this.#job.status ?? {};
    const known = {
      failed: failed + (uncountedTerminatedPods?.failed?.length ?? 0),
      succeeded: succeeded + (uncountedTerminatedPods?.succeeded?.length ?? 0),
    };
    const more = {
      failed: failedOf(tally) - known.failed,
      succeeded: succeededOf(tally) - known.succeeded,
    };
    this.#backoff.record(this.#job.metadata.uid ?? "", more, this.#now.getTime());
  }

  #addAtDeadline(queue: WorkQueue): void {
    const { activeDeadlineSeconds, suspend } = this.#job.spec;
    if (activeDeadlineSeconds === undefined || suspend === true) return;
    const startMs = Date.parse(this.#job.status?.startTime ?? timestampOf(this.#now));
    const dueMs = startMs + activeDeadlineSeconds * 1000 - this.#now.getTime();
    if (dueMs > 0) queue.addAfter(keyOf(this.#job), dueMs);
  }
}
