import { hasTrueCondition } from "./conditions.js";
import { ignoredByPolicy, failsIndexByPolicy } from "./job-failure-policy.js";
import { backoffMs } from "./job-backoff.js";
import { indexOf, indexesIn } from "./job-indexes.js";
import type { Job, Pod } from "./object-kinds.js";
import { isActivePod } from "./pod-state.js";

/** How often the index of a pod had failed before it, by the Job's rules and beside them. */
const FAILURES = "batch.kubernetes.io/job-index-failure-count";
const IGNORED = "batch.kubernetes.io/job-index-ignored-failure-count";

/** Whether each index of the Job has failures and waits of its own. */
export function hasLimitPerIndex({ spec }: Job): boolean {
  return spec.completionMode === "Indexed" && spec.backoffLimitPerIndex !== undefined;
}

/** The indexes that have failed for good by the Job's status or by one of the `failed` pods, ascending. */
export function failedIndexes(job: Job, failed: Pod[]): number[] {
  const { completions = 0, backoffLimitPerIndex = 0 } = job.spec;
  const known = indexesIn(job.status?.failedIndexes ?? "", completions);
  // What ends because the Job has failed is no failure of its index.
  if (hasTrueCondition(job.status?.conditions, "FailureTarget")) return known;
  const shown = failed
    .filter(
      (pod) =>
        failsIndexByPolicy(job, pod) ||
        (!ignoredByPolicy(job, pod) && countOf(pod, FAILURES) >= backoffLimitPerIndex),
    )
    .map(indexOf)
    .filter((index) => index !== undefined);
  return [...new Set([...known, ...shown])].filter((index) => index < completions).toSorted((a, b) => a - b);
}

/**
 * The last failed pod of each index that is to have another: until that is there, it alone knows how often the index failed, so that it
 * is kept and counted later.
 */
export function podsToReplace(
  { spec }: Job,
  { owned, failed, done }: { owned: Pod[]; failed: Pod[]; done: number[] },
): Map<number, Pod> {
  const settled = new Set([...done, ...owned.filter(isActivePod).map(indexOf)]);
  const last = new Map<number, Pod>();
  for (const pod of failed) {
    const index = indexOf(pod);
    if (index === undefined || index >= (spec.completions ?? 0) || settled.has(index)) continue;
    const known = last.get(index);
    if (known === undefined || failuresBefore(known) <= failuresBefore(pod)) last.set(index, pod);
  }
  return last;
}

/** What the pod of an index remembers of those before it; `replaced` is the last of them. */
export function failureAnnotations(job: Job, replaced: Pod | undefined): Record<string, string> {
  if (replaced === undefined) return { [FAILURES]: "0" };
  const isIgnored = ignoredByPolicy(job, replaced);
  const ignored = countOf(replaced, IGNORED) + Number(isIgnored);
  return {
    [FAILURES]: String(countOf(replaced, FAILURES) + Number(!isIgnored)),
    ...(ignored > 0 && { [IGNORED]: String(ignored) }),
  };
}

/** Milliseconds the index of a failed pod still waits for another. */
export function waitMsAfter(pod: Pod | undefined, nowMs: number): number {
  if (pod === undefined) return 0;
  return Math.max(0, endedMs(pod) + backoffMs(failuresBefore(pod) + 1) - nowMs);
}

function failuresBefore(pod: Pod): number {
  return countOf(pod, FAILURES) + countOf(pod, IGNORED);
}

function endedMs({ metadata, status }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map(({ state }) =>
    Date.parse(state.terminated?.finishedAt ?? ""),
  );
  if (ends.length > 0 && ends.every((ms) => !Number.isNaN(ms))) return Math.max(...ends);
  return Date.parse(metadata.deletionTimestamp ?? metadata.creationTimestamp ?? "") || 0;
}

/** An annotation may be written by anybody: what is no count is none. */
function countOf({ metadata }: Pod, annotation: string): number {
  const text = metadata.annotations?.[annotation] ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
