import type { PreviewAnswer, PreviewImage } from "./tmc-api.js";
import { workloadText } from "./violation-words.js";

const NAMES_SHOWN = 3;

/** Says what a change would refuse and let in of what there is; `subject` is what would refuse, such as `This policy`. */
export function describeImpact(
  { namespaces, pods, truncated, wouldRefuse, wouldAdmit, stillRefused }: PreviewAnswer,
  subject = "This policy",
): string {
  if (namespaces.length === 0) return "No namespace is concerned yet: nothing changes until one is attached.";
  const parts: string[] = [];
  if (wouldRefuse.length > 0)
    parts.push(
      `${subject} would refuse ${workloadCount(wouldRefuse)} when ${isOne(wouldRefuse) ? "its" : "their"} pods are next created: ${images(wouldRefuse)}.`,
    );
  if (wouldAdmit.length > 0) parts.push(`It would admit what is refused now: ${images(wouldAdmit)}.`);
  if (stillRefused.length > 0)
    parts.push(`Still refused, by ${policiesOf(stillRefused)}: ${images(stillRefused)}.`);
  if (truncated) parts.push(`More pods than the ${pods} looked at run there.`);
  if (parts.length > 0) return parts.join(" ");
  return pods === 0
    ? `Nothing runs in ${namespaceWords(namespaces)}, and nothing waits there.`
    : `None of the ${pods} running ${pods === 1 ? "pod" : "pods"} in ${namespaceWords(namespaces)} would be judged differently.`;
}

function policiesOf(found: PreviewImage[]): string {
  return [...new Set(found.flatMap(({ policies }) => policies))].join(" and ");
}

function workloadCount(found: PreviewImage[]): string {
  const count = namesOf(found).size;
  return count === 1 ? "1 workload" : `${count} workloads`;
}

function isOne(found: PreviewImage[]): boolean {
  return namesOf(found).size === 1;
}

function namesOf(found: PreviewImage[]): Set<string> {
  return new Set(found.map(({ namespace, workload }) => `${namespace}/${workloadText(workload)}`));
}

function images(found: PreviewImage[]): string {
  const names = [...new Set(found.map(({ image, workload }) => `${image} (${workloadText(workload)})`))];
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown;
}

function namespaceWords(namespaces: string[]): string {
  return namespaces.length === 1 ? `the namespace ${namespaces[0]}` : `${namespaces.length} namespaces`;
}
