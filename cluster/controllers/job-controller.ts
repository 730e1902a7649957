import type { Controller, ControllerContext } from "./controller.js";
import { hasTrueCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import { writesOf } from "./controller-user.js";
import type { EventRecorder } from "./event-recorder.js";
import { completedIndexes, indexDetails, missingIndexes } from "./job-indexes.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, locationOfObject } from "./object-keys.js";
import type { Condition, Job, JobStatus, Pod } from "./object-kinds.js";
import { claimOwned, controllerKey } from "./owner-references.js";
import type { PodControl, PodDetails } from "./pod-control.js";
import { createPod, deletePod } from "./pod-control.js";
import { isActivePod, isReadyPod, isTerminatingPod } from "./pod-state.js";
import { jobs, pods, statusOf } from "./resource-refs.js";
import type { WorkQueue } from "./work-queue.js";

const NAME = "job-controller";

/** Runs pods of each Job until enough of them succeeded or too many failed. */
export function createJobController(context: ControllerContext): Controller {
  const { api } = context;
  const control: PodControl = { api, recorder: context.recorder(NAME), writes: writesOf(NAME) };
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(jobs, ({ object }) => queue.add(keyOf(object))),
      api.watch(pods, ({ object }) => {
        const key = controllerKey(object, "Job");
        if (key !== undefined) queue.add(key);
      }),
    ],
    reconcile: async (key, queue) => {
      const job = api.find(jobs, locationOfKey(key)) as Job | undefined;
      if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
      if (isFinished(job)) await expire(context, control, job, queue);
      else await syncJob(context, control, job, queue);
    },
  };
}

function isFinished({ status }: Job): boolean {
  return hasTrueCondition(status?.conditions, "Complete") || hasTrueCondition(status?.conditions, "Failed");
}

async function expire(
  { api, clock }: ControllerContext,
  { writes }: PodControl,
  job: Job,
  queue: WorkQueue,
): Promise<void> {
  const ttl = job.spec.ttlSecondsAfterFinished;
  if (ttl === undefined) return;
  const end = job.status?.conditions?.find(({ type }) => type === "Complete" || type === "Failed");
  const dueMs = Date.parse(end?.lastTransitionTime ?? "") + ttl * 1000 - clock.now().getTime();
  if (dueMs > 0) return queue.addAfter(keyOf(job), dueMs);
  await api.delete(jobs, locationOfObject(job), { ...writes, propagationPolicy: "Foreground" });
}

interface Outcome {
  type: "Complete" | "Failed";
  reason: string;
  message: string;
}

async function syncJob(
  context: ControllerContext,
  control: PodControl,
  job: Job,
  queue: WorkQueue,
): Promise<void> {
  const { selector = {} } = job.spec;
  const { api, writes } = control;
  const owned = (await claimOwned({ api, ref: pods, owner: job, selector, writes })) as Pod[];
  const now = context.clock.now();
  const outcome = outcomeOf(job, owned, now);
  const active = owned.filter(isActivePod);
  let failure: unknown;
  try {
    if (outcome !== undefined || job.spec.suspend === true) {
      for (const pod of active) await deletePod(control, job, pod);
    } else {
      await manageParallelism(control, job, owned);
    }
  } catch (error) {
    failure = error;
  }
  const status = jobStatus(job, owned, timestampOf(now), outcome);
  if (!isSameJson(status, job.status)) {
    await api.update(statusOf(jobs), { ...structuredClone(job), status }, writes);
    if (outcome !== undefined) recordOutcome(control.recorder, job, outcome);
  }
  addAtDeadline(context, job, status, queue);
  if (failure !== undefined) throw failure;
}

function outcomeOf(job: Job, owned: Pod[], now: Date): Outcome | undefined {
  const { completions, backoffLimit = 6, activeDeadlineSeconds } = job.spec;
  const succeeded = countOf(owned, "Succeeded");
  const isDone =
    completions === undefined
      ? succeeded > 0 && owned.filter(isActivePod).length === 0
      : (isIndexed(job) ? completedIndexes(owned).length : succeeded) >= completions;
  if (isDone) {
    const message = "Reached expected number of succeeded pods";
    return { type: "Complete", reason: "CompletionsReached", message };
  }
  if (countOf(owned, "Failed") > backoffLimit) {
    const message = "Job has reached the specified backoff limit";
    return { type: "Failed", reason: "BackoffLimitExceeded", message };
  }
  const started = Date.parse(job.status?.startTime ?? "");
  if (activeDeadlineSeconds !== undefined && now.getTime() >= started + activeDeadlineSeconds * 1000) {
    const message = "Job was active longer than specified deadline";
    return { type: "Failed", reason: "DeadlineExceeded", message };
  }
  return undefined;
}

async function manageParallelism(control: PodControl, job: Job, owned: Pod[]): Promise<void> {
  const { parallelism = 1, completions, template } = job.spec;
  const active = owned.filter(isActivePod);
  const succeeded = countOf(owned, "Succeeded");
  const left =
    completions === undefined ? (succeeded > 0 ? active.length : parallelism) : completions - succeeded;
  const wanted = Math.min(parallelism, left);
  for (const pod of active.slice(Math.max(0, wanted))) await deletePod(control, job, pod);
  const missing = Math.max(0, wanted - active.length);
  const details: PodDetails[] = isIndexed(job)
    ? missingIndexes(owned, completions ?? 0)
        .slice(0, missing)
        .map((index) => indexDetails(job, index))
    : Array.from({ length: missing }, () => ({}));
  for (const each of details) await createPod(control, job, template, each);
}

function jobStatus(job: Job, owned: Pod[], now: string, outcome: Outcome | undefined): JobStatus {
  const active = outcome === undefined ? owned.filter(isActivePod) : [];
  const counts = {
    active: active.length,
    succeeded: countOf(owned, "Succeeded"),
    failed: countOf(owned, "Failed"),
  };
  const isSuspended = job.spec.suspend === true;
  const startTime = job.status?.startTime ?? (isSuspended ? undefined : now);
  const conditions = [...suspensionOf(job, now), ...conditionsOf(outcome, now)];
  const indexes = isIndexed(job) ? completedIndexes(owned).join(",") : "";
  return {
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ready: active.filter(isReadyPod).length,
    terminating: outcome === undefined ? owned.filter(isTerminatingPod).length : 0,
    uncountedTerminatedPods: {},
    ...(indexes === "" ? {} : { completedIndexes: indexes }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(outcome?.type === "Complete" ? { completionTime: now } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

function suspensionOf({ spec, status }: Job, now: string): Condition[] {
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

function conditionsOf(outcome: Outcome | undefined, now: string): Condition[] {
  if (outcome === undefined) return [];
  const { reason, message, type } = outcome;
  const decided = type === "Complete" ? "SuccessCriteriaMet" : "FailureTarget";
  return [decided, type].map((name) => ({
    type: name,
    status: "True",
    lastProbeTime: now,
    lastTransitionTime: now,
    reason,
    message,
  }));
}

function recordOutcome(recorder: EventRecorder, job: Job, { type, reason, message }: Outcome): void {
  if (type === "Complete")
    recorder.record(job, { type: "Normal", reason: "Completed", message: "Job completed" });
  else recorder.record(job, { type: "Warning", reason, message });
}

function addAtDeadline({ clock }: ControllerContext, job: Job, status: JobStatus, queue: WorkQueue): void {
  const { activeDeadlineSeconds } = job.spec;
  if (activeDeadlineSeconds === undefined || status.startTime === undefined) return;
  const dueMs = Date.parse(status.startTime) + activeDeadlineSeconds * 1000 - clock.now().getTime();
  if (dueMs > 0) queue.addAfter(keyOf(job), dueMs);
}

function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === "Indexed";
}

function countOf(owned: Pod[], phase: "Succeeded" | "Failed"): number {
  return owned.filter(({ status }) => status?.phase === phase).length;
}
