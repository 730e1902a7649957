import type { Job, Pod } from "./object-kinds.js";
import { nameOf } from "./object-keys.js";
import type { PodDetails } from "./pod-control.js";
import { isActivePod } from "./pod-state.js";

const INDEX = "batch.kubernetes.io/job-completion-index";

/** The indexes a succeeded pod stands for, ascending. */
export function completedIndexes(owned: Pod[]): number[] {
  return indexesOf(owned.filter(({ status }) => status?.phase === "Succeeded"));
}

/** The indexes that neither succeeded nor have a pod at work. */
export function missingIndexes(owned: Pod[], completions: number): number[] {
  const taken = new Set(
    indexesOf(owned.filter((pod) => isActivePod(pod) || pod.status?.phase === "Succeeded")),
  );
  return Array.from({ length: completions }, (_, index) => index).filter((index) => !taken.has(index));
}

/** How the pod of an index differs from the template: it learns its index by name, label and variable. */
export function indexDetails(job: Job, index: number): PodDetails {
  const text = String(index);
  const fieldPath = `metadata.labels['${INDEX}']`;
  const variable = { name: "JOB_COMPLETION_INDEX", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath } } };
  const { containers } = job.spec.template.spec;
  return {
    generateName: `${nameOf(job)}-${text}-`,
    labels: { [INDEX]: text },
    annotations: { [INDEX]: text },
    spec: {
      hostname: `${nameOf(job)}-${text}`,
      containers: containers.map((container) => {
        const env = (container["env"] ?? []) as object[];
        return { ...structuredClone(container), env: [...structuredClone(env), variable] };
      }),
    },
  };
}

function indexesOf(owned: Pod[]): number[] {
  const indexes = owned
    .map(({ metadata }) => metadata.annotations?.[INDEX])
    .filter((text) => text !== undefined);
  return [...new Set(indexes.map(Number))].toSorted((a, b) => a - b);
}
