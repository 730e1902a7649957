import type { PolicyException } from "./exception.js";
import type { KnownImage } from "./known-image.js";
import type { LabelRequirement, PolicySpec } from "./manifest.js";
import type { PolicyOrigin } from "./verdict.js";

/** A policy as it bears on one namespace. */
export interface EffectivePolicy {
  name: string;
  origin: PolicyOrigin;
  spec: PolicySpec;
  /** Why it is not known what it demands: it then lets nothing pass. Absent where it is. */
  problem?: string;
  /** What was excepted from it and holds; absent where nothing was. */
  exceptions?: PolicyException[];
  /** What registries told of the images of its organization, where it looks at that and something is known. */
  known?: KnownImage[];
}

/** What decides which policies bear on a namespace. */
export interface NamespaceMembership {
  namespace: string;
  organization: string;
  /** Absent where the namespace is in no workspace; then nothing bears on it. */
  workspace?: string;
  labels: Record<string, string>;
}

/**
 * The policies of the hierarchy that bear on a namespace, the organization's first, and those its labels keep off it. All of the first
 * hold at once: nothing below can relax what is set above. Each comes with those of its exceptions that concern the namespace.
 */
export function effectivePolicies(
  policies: EffectivePolicy[],
  namespace: NamespaceMembership,
): { selected: EffectivePolicy[]; notSelected: EffectivePolicy[] } {
  const inherited = policies
    .filter(({ origin }) => isAbove(origin, namespace))
    .toSorted(byDistance)
    .map((policy) => withExceptionsOf(policy, namespace));
  const isSelected = ({ spec }: EffectivePolicy) =>
    selects(spec.namespaceSelector.matchExpressions, namespace.labels);
  return {
    selected: inherited.filter(isSelected),
    notSelected: inherited.filter((policy) => !isSelected(policy)),
  };
}

/** Kubernetes' meaning of label requirements: all must hold, `NotIn` and `DoesNotExist` also where the key is missing. */
export function selects(requirements: LabelRequirement[], labels: Record<string, string>): boolean {
  return requirements.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      default:
        return value === undefined;
    }
  });
}

function withExceptionsOf(policy: EffectivePolicy, at: NamespaceMembership): EffectivePolicy {
  const { exceptions, ...rest } = policy;
  // The same object again, by which what was written of it is found.
  if (!exceptions) return policy;
  const concerning = exceptions.filter(
    ({ namespace }) => namespace === undefined || namespace === at.namespace,
  );
  return concerning.length === 0 ? rest : { ...rest, exceptions: concerning };
}

function isAbove(origin: PolicyOrigin, { organization, workspace }: NamespaceMembership): boolean {
  if (workspace === undefined || origin.organization !== organization) return false;
  return origin.kind === "organization" || origin.workspace === workspace;
}

function byDistance(left: EffectivePolicy, right: EffectivePolicy): number {
  if (left.origin.kind !== right.origin.kind) return left.origin.kind === "organization" ? -1 : 1;
  return left.name < right.name ? -1 : 1;
}
