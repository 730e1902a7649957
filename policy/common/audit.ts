import type { EffectivePolicy } from "./effective.js";
import { evaluateImage } from "./evaluate.js";
import type { ContainerKind, Violation, WorkloadName } from "./tmc-api.js";
import type { PolicyVerdict } from "./verdict.js";

/** An image and where in a pod it is named. */
export interface NamedImage {
  container: string;
  kind: ContainerKind;
  image: string;
}

/** A pod, or the template of what makes pods. */
export interface AuditedImages {
  workload: WorkloadName;
  images: NamedImage[];
  /** Pods there are of it: 1 for a pod, 0 for a template. */
  pods: number;
  /** Pods a template asks for; 0 for a pod. */
  wanted: number;
}

/** A violation before it is known since when. */
export type FoundViolation = Omit<Violation, "since">;

/** Judges everything there is in a namespace by its policies; pods count for the workload that made them. Sorted by workload, container and policy. */
export function auditNamespace(
  namespace: string,
  audited: AuditedImages[],
  policies: EffectivePolicy[],
): FoundViolation[] {
  const failing = memoizedFailures(policies);
  const found = new Map<string, FoundViolation & { wanted: number }>();
  for (const { workload, images, pods, wanted } of audited) {
    for (const { container, kind, image } of images) {
      for (const verdict of failing(image, workload)) {
        const violation = violationOf(verdict, {
          namespace,
          workload,
          container,
          containerKind: kind,
          image,
        });
        const known = found.get(violationKey(violation));
        found.set(violationKey(violation), {
          ...violation,
          pods: (known?.pods ?? 0) + pods,
          wanted: (known?.wanted ?? 0) + wanted,
        });
      }
    }
  }
  return [...found.entries()]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([, { wanted, ...violation }]) => ({ ...violation, waits: violation.pods === 0 && wanted > 0 }));
}

/** What makes two violations the same one, however many pods there are of it. */
export function violationKey({
  workload,
  container,
  containerKind,
  image,
  policy,
  origin,
}: FoundViolation): string {
  const place = origin.kind === "workspace" ? origin.workspace : "";
  return [workload.kind, workload.name, containerKind, container, image, place, policy].join("\n");
}

/** Images remembered of the policies of a namespace: as many as run in a large one. */
const MAX_IMAGES = 5000;

/** What policies said of the images they were asked about. */
interface Judged {
  policies: EffectivePolicy[];
  failures: Map<string, PolicyVerdict[]>;
}

/** By the first of the policies; what holds in a namespace are the same objects as long as none of them changes, and objects are never changed. */
const judgedBefore = new WeakMap<EffectivePolicy, Judged>();

/** Ten thousand pods have a handful of images, and what one of them changes leaves the others as they were. */
function memoizedFailures(
  policies: EffectivePolicy[],
): (image: string, workload: WorkloadName) => PolicyVerdict[] {
  const known = judgedBy(policies);
  const lookAtWorkloads = policies.some(({ exceptions = [] }) =>
    exceptions.some(({ workload }) => workload !== undefined),
  );
  return (image, workload) => {
    const key = lookAtWorkloads ? `${workload.kind}/${workload.name}\n${image}` : image;
    const failures =
      known.get(key) ??
      evaluateImage(image, policies, { workloads: [workload] }).policies.filter(
        ({ passed, warning }) => !passed || warning !== undefined,
      );
    if (known.size >= MAX_IMAGES) known.clear();
    known.set(key, failures);
    return failures;
  };
}

function judgedBy(policies: EffectivePolicy[]): Map<string, PolicyVerdict[]> {
  const [first] = policies;
  if (!first) return new Map();
  const before = judgedBefore.get(first);
  const isSame =
    before?.policies.length === policies.length &&
    before.policies.every((policy, index) => policy === policies[index]);
  if (before && isSame) return before.failures;
  const failures = new Map<string, PolicyVerdict[]>();
  judgedBefore.set(first, { policies: [...policies], failures });
  return failures;
}

type Place = Pick<FoundViolation, "namespace" | "workload" | "container" | "containerKind" | "image">;

/** What passes is told only for what registries say of it, and that refuses nothing. */
function violationOf(
  { name, origin, audit, reason, passed, warning }: PolicyVerdict,
  place: Place,
): FoundViolation {
  const told = passed && warning !== undefined;
  return {
    policy: name,
    origin,
    dryRun: audit || told,
    ...(told && { moved: true as const }),
    ...place,
    pods: 0,
    waits: false,
    reason: told ? warning : [reason, warning].filter(Boolean).join(" "),
  };
}
