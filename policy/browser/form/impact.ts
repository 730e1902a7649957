import type { PreviewAnswer, PreviewPod } from "../../common/tmc-api.js";

const NAMES_SHOWN = 3;

/** Says what saving or deleting a policy would change for the pods that exist. */
export function describeImpact({
  namespaces,
  pods,
  truncated,
  wouldRefuse,
  wouldAdmit,
  stillRefused,
}: PreviewAnswer): string {
  if (namespaces.length === 0) return "No namespace is concerned yet: nothing changes until one is attached.";
  const looked = `${truncated ? "more than " : ""}${pods} running ${pods === 1 ? "pod" : "pods"}`;
  const parts: string[] = [];
  if (wouldRefuse.length > 0) {
    parts.push(
      `This policy would refuse ${count(wouldRefuse)} of ${looked} when they are next created: ${images(wouldRefuse)}.`,
    );
  }
  if (wouldAdmit.length > 0) parts.push(`It would admit what is refused now: ${images(wouldAdmit)}.`);
  if (stillRefused.length > 0)
    parts.push(`Still refused, by ${policiesOf(stillRefused)}: ${images(stillRefused)}.`);
  if (parts.length > 0) return parts.join(" ");
  return pods === 0
    ? `Nothing runs in ${namespaceWords(namespaces)}, and nothing waits there.`
    : `None of the ${looked} in ${namespaceWords(namespaces)} would be judged differently.`;
}

function policiesOf(pods: PreviewPod[]): string {
  return [...new Set(pods.flatMap(({ policies }) => policies))].join(" and ");
}

function count(pods: PreviewAnswer["wouldRefuse"]): number {
  return new Set(pods.map(({ namespace, pod }) => `${namespace}/${pod}`)).size;
}

function images(pods: PreviewAnswer["wouldRefuse"]): string {
  const names = [...new Set(pods.map(nameOf))];
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more images` : shown;
}

function nameOf({ image, workload }: PreviewPod): string {
  return workload === undefined ? image : `${image} (${workload.replace("/", " ")})`;
}

function namespaceWords(namespaces: string[]): string {
  return namespaces.length === 1 ? `the namespace ${namespaces[0]}` : `${namespaces.length} namespaces`;
}
