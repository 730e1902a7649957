import { type DefinitionNames, definitionText } from "./definition-text.js";
import type { EducatesSession, SecondaryNamespace } from "./educates-schema.js";
import { budgetOf, limitRangeSpec, quotaSpec } from "./budget.js";
import { BUDGET_NAMES } from "./lab.js";
import { type ResourceNote, approximated, lacking } from "./resource-note.js";

const PATH = ["spec", "session", "namespaces", "secondary"] as const;
/** As Kubernetes names the standards that a namespace holds its pods to. */
const POLICIES = ["restricted", "baseline", "privileged"];
const USUAL_POLICY = "restricted";
const OBJECTS = "secondary";

/** The further namespaces that a session asks for. */
export function secondaryNamespaces({ namespaces }: EducatesSession): readonly SecondaryNamespace[] {
  return namespaces?.secondary ?? [];
}

/**
 * The further namespaces of a session as objects, each with what its budget allows, and what of them comes to something else: they are in
 * a cluster of the session's own, for in the platform's a session has one.
 */
export function secondaryObjects(
  session: EducatesSession,
  names: DefinitionNames,
): { objects: unknown[]; notes: ResourceNote[] } {
  const all = secondaryNamespaces(session);
  if (all.length === 0) return { objects: [], notes: [] };
  const ways =
    "comes to namespaces of an embedded Kubernetes of the session's own, which its learner administers";
  const read = all.map((each, at) => readNamespace(each, [...PATH, at], names));
  return {
    objects: read.flatMap(({ objects }) => objects),
    notes: [approximated(PATH, ways), ...read.flatMap(({ notes }) => notes)],
  };
}

function readNamespace(
  { name, budget, role, policy, ...others }: SecondaryNamespace,
  path: readonly PropertyKey[],
  names: DefinitionNames,
): { objects: unknown[]; notes: ResourceNote[] } {
  const { value: namespace, unknown } = definitionText(name, names);
  const [reference] = unknown;
  if (reference)
    return {
      objects: [],
      notes: [lacking(path, `names ${reference.written}, which ${reference.why}, and is left out`)],
    };
  const known = BUDGET_NAMES.find((each) => each === budget);
  const standard = POLICIES.find((each) => each === policy) ?? USUAL_POLICY;
  const notes = [
    ...(role && role !== "admin" && role !== "cluster-admin"
      ? [approximated([...path, "role"], `${role} is not given: learners administer the cluster it is in`)]
      : []),
    ...(budget && known === undefined
      ? [lacking([...path, "budget"], `${budget} is no budget; there is no quota`)]
      : []),
    ...Object.keys(others).map((key) => lacking([...path, key])),
  ];
  const labels = { "pod-security.kubernetes.io/enforce": standard };
  const head = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } };
  return { objects: [head, ...limits(namespace, known && budgetOf(known))], notes };
}

function limits(namespace: string, budget: ReturnType<typeof budgetOf>): unknown[] {
  if (budget === undefined) return [];
  const metadata = { name: OBJECTS, namespace };
  return [
    { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: quotaSpec(budget) },
    { apiVersion: "v1", kind: "LimitRange", metadata, spec: limitRangeSpec(budget) },
  ];
}
