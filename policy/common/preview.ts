import type { AuditedImages } from "./audit.js";
import type { EffectivePolicy } from "./effective.js";
import { evaluateImage } from "./evaluate.js";
import type { LintWarning, PreviewAnswer, PreviewImage } from "./tmc-api.js";

export type PreviewChanges = Pick<PreviewAnswer, "wouldRefuse" | "wouldAdmit" | "stillRefused">;

interface Judged extends PreviewImage {
  wanted: number;
}

/** What other policies would say to what there is in a namespace; what both admit is left out. Names come in the order of their kinds. */
export function previewChanges(
  namespace: string,
  audited: AuditedImages[],
  { before, after }: { before: EffectivePolicy[]; after: EffectivePolicy[] },
): PreviewChanges {
  const changes: PreviewChanges = { wouldRefuse: [], wouldAdmit: [], stillRefused: [] };
  for (const { wanted, ...image } of together(namespace, audited)) {
    const was = refusing(image, before);
    const will = refusing(image, after);
    if (was.length === 0 && will.length > 0) changes.wouldRefuse.push({ ...image, policies: will });
    if (was.length > 0 && will.length === 0) changes.wouldAdmit.push({ ...image, policies: was });
    const waits = image.pods === 0 && wanted > 0;
    if (was.length > 0 && will.length > 0 && waits) changes.stillRefused.push({ ...image, policies: will });
  }
  return changes;
}

/** Rules that match nothing of what there is, where there is something. */
export function idleRules(policy: EffectivePolicy, audited: AuditedImages[]): LintWarning[] {
  const images = [...new Set(audited.flatMap((each) => each.images.map(({ image }) => image)))];
  if (images.length === 0) return [];
  const judged = images.map((image) => evaluateImage(image, [policy]).policies[0]?.rules ?? []);
  return policy.spec.input.rules.flatMap((_rule, index) =>
    judged.some((rules) => rules[index]?.matched === true)
      ? []
      : [
          {
            code: "MATCHES_NOTHING_RUNNING" as const,
            rule: index,
            message: "It matches nothing that runs now.",
          },
        ],
  );
}

/** Pods and templates of the same workload with the same image are one. */
function together(namespace: string, audited: AuditedImages[]): Judged[] {
  const all = new Map<string, Judged>();
  for (const { workload, images, pods, wanted } of audited) {
    for (const { container, kind, image } of images) {
      const key = JSON.stringify([workload.kind, workload.name, kind, container, image]);
      const known = all.get(key) ?? {
        namespace,
        workload,
        container,
        image,
        pods: 0,
        wanted: 0,
        policies: [],
      };
      all.set(key, { ...known, pods: known.pods + pods, wanted: known.wanted + wanted });
    }
  }
  return [...all.values()];
}

function refusing({ image, workload }: PreviewImage, policies: EffectivePolicy[]): string[] {
  return evaluateImage(image, policies, { workloads: [workload] })
    .policies.filter(({ passed, audit }) => !passed && !audit)
    .map(({ name }) => name);
}
