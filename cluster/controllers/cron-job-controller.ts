import type { ApiObject } from "../api/object.js";
import { StatusError } from "../api/status.js";
import { timestampOf } from "./clock.js";
import { hasTrueCondition } from "./conditions.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import type { Due } from "./cron-schedule.js";
import { dueTimes } from "./cron-schedule.js";
import type { EventRecorder } from "./event-recorder.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, locationOfObject, nameOf, namespaceOf } from "./object-keys.js";
import type { CronJob, CronJobStatus, Job } from "./object-kinds.js";
import { controllerKey, controllerOf, controllerReference } from "./owner-references.js";
import { isNotFound, messageOf } from "./pod-control.js";
import { cronJobs, jobs, statusOf } from "./resource-refs.js";
import type { WorkQueue } from "./work-queue.js";

const NAME = "cronjob-controller";
const SCHEDULED_AT = "batch.kubernetes.io/cronjob-scheduled-timestamp";

/** Creates a Job of each CronJob whenever its schedule is due, and removes the oldest finished ones. */
export function createCronJobController(context: ControllerContext): Controller {
  const { api } = context;
  const recorder = context.recorder(NAME);
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(cronJobs, ({ object }) => queue.add(keyOf(object))),
      api.watch(jobs, ({ object }) => {
        const key = controllerKey(object, "CronJob");
        if (key !== undefined) queue.add(key);
      }),
    ],
    reconcile: async (key, queue) => {
      const cronJob = api.find(cronJobs, locationOfKey(key)) as CronJob | undefined;
      if (cronJob === undefined || cronJob.metadata.deletionTimestamp !== undefined) return;
      await new CronJobSync(context, recorder, cronJob).run(queue);
    },
  };
}

class CronJobSync {
  readonly #context: ControllerContext;
  readonly #recorder: EventRecorder;
  readonly #cronJob: CronJob;
  readonly #now: Date;
  readonly #writes = writesOf(NAME);

  constructor(context: ControllerContext, recorder: EventRecorder, cronJob: CronJob) {
    this.#context = context;
    this.#recorder = recorder;
    this.#cronJob = cronJob;
    this.#now = context.clock.now();
  }

  async run(queue: WorkQueue): Promise<void> {
    const owned = this.#ownedJobs();
    const status = this.#observe(owned);
    await this.#removeOld(owned.filter(isFinished));
    const due = this.#due();
    if (due?.latest !== undefined) await this.#start(due.latest, owned, status);
    await this.#writeStatus(status);
    if (due?.next !== undefined)
      queue.addAfter(keyOf(this.#cronJob), due.next.getTime() - this.#now.getTime());
  }

  #ownedJobs(): Job[] {
    const { uid } = this.#cronJob.metadata;
    const all = this.#context.api.list(jobs, { namespace: namespaceOf(this.#cronJob) }) as Job[];
    return all.filter((job) => controllerOf(job)?.uid === uid);
  }

  /** What the jobs say by themselves; announces the ones that ended since the last look. */
  #observe(owned: Job[]): CronJobStatus {
    const { active = [], ...rest } = this.#cronJob.status ?? {};
    for (const { uid } of active) {
      const job = owned.find(({ metadata }) => metadata.uid === uid);
      if (job === undefined || !isFinished(job)) continue;
      const condition = hasTrueCondition(job.status?.conditions, "Complete") ? "Complete" : "Failed";
      const message = `Saw completed job: ${nameOf(job)}, condition: ${condition}`;
      this.#recorder.record(this.#cronJob, { type: "Normal", reason: "SawCompletedJob", message });
    }
    const ends = owned
      .map(({ status }) => status?.completionTime ?? "")
      .filter(Boolean)
      .toSorted();
    const lastSuccessfulTime = ends.at(-1);
    return {
      ...rest,
      active: owned.filter(isUnderWay).map(referenceTo),
      ...(lastSuccessfulTime !== undefined && { lastSuccessfulTime }),
    };
  }

  #due(): Due | undefined {
    const { spec, status, metadata } = this.#cronJob;
    if (spec.suspend === true) return undefined;
    const since = Date.parse(status?.lastScheduleTime ?? metadata.creationTimestamp ?? "");
    const deadline = this.#now.getTime() - (spec.startingDeadlineSeconds ?? Infinity) * 1000;
    try {
      return dueTimes(spec, { earliest: new Date(Math.max(since, deadline)), now: this.#now });
    } catch (error) {
      const message = `unparseable schedule: ${JSON.stringify(spec.schedule)}: ${messageOf(error)}`;
      this.#recorder.record(this.#cronJob, { type: "Warning", reason: "UnparseableSchedule", message });
      return undefined;
    }
  }

  async #start(at: Date, owned: Job[], status: CronJobStatus): Promise<void> {
    const { concurrencyPolicy } = this.#cronJob.spec;
    const running = owned.filter(isUnderWay);
    if (concurrencyPolicy === "Forbid" && running.length > 0) {
      const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
      this.#recorder.record(this.#cronJob, { type: "Normal", reason: "JobAlreadyActive", message });
      return;
    }
    if (concurrencyPolicy === "Replace") for (const job of running) await this.#delete(job);
    const job = await this.#create(at);
    if (job !== undefined) status.active = [...(status.active ?? []), referenceTo(job)];
    status.lastScheduleTime = timestampOf(at);
  }

  async #create(at: Date): Promise<ApiObject | undefined> {
    const { api } = this.#context;
    try {
      const job = await api.create(jobs, namespaceOf(this.#cronJob), this.#jobFor(at), this.#writes);
      const message = `Created job ${nameOf(job)}`;
      this.#recorder.record(this.#cronJob, { type: "Normal", reason: "SuccessfulCreate", message });
      return job;
    } catch (error) {
      // Made before a crash kept us from noting it.
      if (error instanceof StatusError && error.code === 409) return undefined;
      const message = `Error creating job: ${messageOf(error)}`;
      this.#recorder.record(this.#cronJob, { type: "Warning", reason: "FailedCreate", message });
      throw error;
    }
  }

  #jobFor(at: Date): ApiObject {
    const { metadata = {}, spec } = structuredClone(this.#cronJob.spec.jobTemplate);
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        // One name per due time, so that the same time cannot start two.
        name: `${nameOf(this.#cronJob)}-${Math.floor(at.getTime() / 60_000)}`,
        ...(metadata.labels && { labels: metadata.labels }),
        annotations: { ...metadata.annotations, [SCHEDULED_AT]: timestampOf(at) },
        ownerReferences: [controllerReference(this.#cronJob)],
      },
      spec,
    };
  }

  async #removeOld(finished: Job[]): Promise<void> {
    const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = this.#cronJob.spec;
    const oldestFirst = finished.toSorted((a, b) => startOf(a) - startOf(b));
    const succeeded = oldestFirst.filter(({ status }) => hasTrueCondition(status?.conditions, "Complete"));
    const failed = oldestFirst.filter((job) => !succeeded.includes(job));
    const surplus = [
      ...succeeded.slice(0, Math.max(0, succeeded.length - successfulJobsHistoryLimit)),
      ...failed.slice(0, Math.max(0, failed.length - failedJobsHistoryLimit)),
    ];
    for (const job of surplus) await this.#delete(job);
  }

  async #delete(job: Job): Promise<void> {
    if (job.metadata.deletionTimestamp !== undefined) return;
    const options = { ...this.#writes, propagationPolicy: "Background" as const };
    try {
      await this.#context.api.delete(jobs, locationOfObject(job), options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    const message = `Deleted job ${nameOf(job)}`;
    this.#recorder.record(this.#cronJob, { type: "Normal", reason: "SuccessfulDelete", message });
  }

  async #writeStatus({ active = [], ...rest }: CronJobStatus): Promise<void> {
    const status = { ...(active.length > 0 && { active }), ...rest };
    if (isSameJson(status, this.#cronJob.status ?? {})) return;
    await this.#context.api.update(
      statusOf(cronJobs),
      { ...structuredClone(this.#cronJob), status },
      this.#writes,
    );
  }
}

function isFinished({ status }: Job): boolean {
  return hasTrueCondition(status?.conditions, "Complete") || hasTrueCondition(status?.conditions, "Failed");
}

function startOf({ metadata, status }: Job): number {
  return Date.parse(status?.startTime ?? metadata.creationTimestamp ?? "");
}

function referenceTo({ apiVersion, kind, metadata }: ApiObject): Record<string, string> {
  const { namespace = "", name = "", uid = "", resourceVersion = "" } = metadata;
  return { apiVersion, kind, name, namespace, resourceVersion, uid };
}

/** What somebody else made of the template, by `kubectl create job --from`, is none of the schedule's. */
function isUnderWay(job: Job): boolean {
  return !isFinished(job) && job.metadata.annotations?.[SCHEDULED_AT] !== undefined;
}
