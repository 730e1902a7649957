import type { Container, Job, Pod } from "./object-kinds.js";
import { nameOf } from "./object-keys.js";
import type { PodDetails } from "./pod-control.js";

/** Indexes read from one status, whoever wrote it: as many as an indexed Job may have pods at once. */
const MAX_INDEXES = 100_000;
/** Longest beginning of a generated name that is kept whole. */
const MAX_GENERATED = 58;
const INDEX = "batch.kubernetes.io/job-completion-index";

/** The indexes that are done by the Job's status or by a pod that succeeded, ascending. */
export function completedIndexes({ spec, status }: Job, owned: Pod[]): number[] {
  const { completions = 0 } = spec;
  const known = indexesIn(status?.completedIndexes ?? "", completions);
  const shown = indexesOf(owned.filter((pod) => pod.status?.phase === "Succeeded"));
  return [...new Set([...known, ...shown])].filter((index) => index < completions).toSorted((a, b) => a - b);
}

/** At most `count` of the indexes that are neither settled nor have one of the pods that `hold` theirs, ascending. */
export function missingIndexes(job: Job, hold: Pod[], settled: number[], count: number): number[] {
  const taken = new Set([...settled, ...indexesOf(hold)]);
  const missing: number[] = [];
  for (let index = 0; index < (job.spec.completions ?? 0) && missing.length < count; index += 1) {
    if (!taken.has(index)) missing.push(index);
  }
  return missing;
}

/** Indexes as a Job's status has them: `1,3-5,7`. */
export function indexText(indexes: number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const index of indexes) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === index - 1) run[1] = index;
    else runs.push([index, index]);
  }
  return runs
    .map(([first, last]) => {
      if (first === last) return String(first);
      return `${first}${last === first + 1 ? "," : "-"}${last}`;
    })
    .join(",");
}

/** How the pod of an index differs from the template: it learns its index by name, label and variable. */
export function indexDetails(job: Job, index: number): PodDetails {
  const text = String(index);
  const fieldPath = `metadata.labels['${INDEX}']`;
  const variable = { name: "JOB_COMPLETION_INDEX", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath } } };
  const { containers, initContainers } = job.spec.template.spec;
  const withIndex = (container: Container): Container => {
    const env = (container["env"] ?? []) as { name?: string }[];
    // Whoever names the variable itself has chosen its value.
    if (env.some(({ name }) => name === variable.name)) return structuredClone(container);
    return { ...structuredClone(container), env: [...structuredClone(env), variable] };
  };
  return {
    generateName: `${nameOf(job).slice(0, MAX_GENERATED - text.length - 2)}-${text}-`,
    labels: { [INDEX]: text },
    annotations: { [INDEX]: text },
    spec: {
      hostname: `${nameOf(job)}-${text}`,
      ...(initContainers && { initContainers: initContainers.map(withIndex) }),
      containers: containers.map(withIndex),
    },
  };
}

/** A status may be written by anybody: what is no index of the Job is left out, and only so many are read. */
export function indexesIn(text: string, completions: number): number[] {
  const indexes: number[] = [];
  for (const part of text.split(",")) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (first === undefined) continue;
    const room = MAX_INDEXES - indexes.length;
    const end = Math.min(Number(last), completions - 1, Number(first) + room - 1);
    for (let index = Number(first); index <= end; index += 1) indexes.push(index);
  }
  return indexes;
}

/** The index a pod was made for; `undefined` where it says none. */
export function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[INDEX] ?? "";
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

function indexesOf(owned: Pod[]): number[] {
  const indexes = owned.map(indexOf).filter((index) => index !== undefined);
  return [...new Set(indexes)].toSorted((a, b) => a - b);
}
