import { failureByPolicy, ignoredByPolicy } from "./job-failure-policy.js";
import { indexesIn } from "./job-indexes.js";
import type { JobTally } from "./job-tracking.js";
import { failedOf, succeededOf } from "./job-tracking.js";
import type { Condition, Job, Pod, SuccessRule } from "./object-kinds.js";
import { isActivePod } from "./pod-state.js";

/** How a Job ends. */
export interface JobOutcome {
  type: "Complete" | "Failed";
  reason: string;
  message: string;
}

/** What is written first, and stands until the last pod has gone. */
const DECIDED = { Complete: "SuccessCriteriaMet", Failed: "FailureTarget" } as const;

export function isFinished({ status }: Job): boolean {
  return finishOf(status?.conditions) !== undefined;
}

export function finishOf(conditions: Condition[] | undefined): Condition | undefined {
  return conditions?.find(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
}

/** How the Job ends by what is known now; `undefined` while it goes on. A decision once written stays. */
export function outcomeOf(job: Job, owned: Pod[], tally: JobTally, now: Date): JobOutcome | undefined {
  return (
    decidedBefore(job) ??
    failureOf(job, owned, tally, now) ??
    successByPolicy(job, tally) ??
    completionOf(job, owned, tally)
  );
}

/** The conditions that tell of the outcome; the last one only when no pod is left to wait for. */
export function outcomeConditions(
  job: Job,
  outcome: JobOutcome | undefined,
  { isSettled, now }: { isSettled: boolean; now: string },
): Condition[] {
  if (outcome === undefined) return [];
  const { type, reason, message } = outcome;
  const types = isSettled ? [DECIDED[type], type] : [DECIDED[type]];
  return types.map(
    (name) =>
      job.status?.conditions?.find((condition) => condition.type === name) ?? {
        type: name,
        status: "True",
        lastProbeTime: now,
        lastTransitionTime: now,
        reason,
        message,
      },
  );
}

function decidedBefore({ status }: Job): JobOutcome | undefined {
  for (const type of ["Complete", "Failed"] as const) {
    const known = status?.conditions?.find(
      (condition) => condition.type === DECIDED[type] && condition.status === "True",
    );
    if (known !== undefined) return { type, reason: known.reason ?? "", message: known.message ?? "" };
  }
  return undefined;
}

function failureOf(job: Job, owned: Pod[], tally: JobTally, now: Date): JobOutcome | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds } = job.spec;
  for (const pod of owned) {
    const message = failureByPolicy(job, pod);
    if (message !== undefined) return { type: "Failed", reason: "PodFailurePolicy", message };
  }
  const failed =
    failedOf(tally) + [...tally.replaced.values()].filter((pod) => !ignoredByPolicy(job, pod)).length;
  // A restart that reaches the limit is one too many; with none allowed, the first is.
  if (failed > backoffLimit || restartsOf(job, owned) >= Math.max(1, backoffLimit)) {
    const message = "Job has reached the specified backoff limit";
    return { type: "Failed", reason: "BackoffLimitExceeded", message };
  }
  if (activeDeadlineSeconds !== undefined && job.spec.suspend !== true) {
    const startedMs = Date.parse(job.status?.startTime ?? "");
    const message = "Job was active longer than specified deadline";
    if (now.getTime() >= startedMs + activeDeadlineSeconds * 1000)
      return { type: "Failed", reason: "DeadlineExceeded", message };
  }
  return failureOfIndexes(job, tally);
}

function failureOfIndexes({ spec }: Job, tally: JobTally): JobOutcome | undefined {
  const { maxFailedIndexes = Number.POSITIVE_INFINITY, completions = 0 } = spec;
  const failed = tally.failedIndexes?.length ?? 0;
  if (failed > maxFailedIndexes) {
    const message = "Job has exceeded the specified maximal number of failed indexes";
    return { type: "Failed", reason: "MaxFailedIndexesExceeded", message };
  }
  if (failed === 0 || failed + tally.completedIndexes.length < completions) return undefined;
  return { type: "Failed", reason: "FailedIndexes", message: "Job has failed indexes" };
}

/** With OnFailure containers are restarted in their pod, and each restart counts. */
function restartsOf({ spec }: Job, owned: Pod[]): number {
  if (spec.template.spec.restartPolicy !== "OnFailure") return 0;
  const statuses = owned
    .filter(isActivePod)
    .flatMap(({ status }) => [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ]);
  return statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** An indexed Job may have succeeded with a part of its indexes. */
function successByPolicy({ spec }: Job, { completedIndexes: done }: JobTally): JobOutcome | undefined {
  const { completions = 0 } = spec;
  if (done.length === 0) return undefined;
  const known = new Set(done);
  const isMet = ({ succeededIndexes, succeededCount = Number.POSITIVE_INFINITY }: SuccessRule): boolean => {
    if (succeededIndexes === undefined) return done.length >= succeededCount;
    const wanted = new Set(indexesIn(succeededIndexes, completions));
    const met = [...wanted].filter((index) => known.has(index)).length;
    return wanted.size > 0 && (met === wanted.size || met >= succeededCount);
  };
  const index = spec.successPolicy?.rules?.findIndex(isMet) ?? -1;
  if (index === -1) return undefined;
  return { type: "Complete", reason: "SuccessPolicy", message: `Matched rules at index ${index}` };
}

function completionOf({ spec }: Job, owned: Pod[], tally: JobTally): JobOutcome | undefined {
  const { completions } = spec;
  const succeeded = succeededOf(tally);
  const isDone =
    completions === undefined
      ? succeeded > 0 && owned.filter(isActivePod).length === 0
      : succeeded >= completions;
  if (!isDone) return undefined;
  const message = "Reached expected number of succeeded pods";
  return { type: "Complete", reason: "CompletionsReached", message };
}
