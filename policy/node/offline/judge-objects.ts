import type { ContainerKind } from "../../common/tmc-api.js";
import { effectivePolicies, type EffectivePolicy } from "../../common/effective.js";
import { evaluateImage } from "../../common/evaluate.js";
import type { ImageVerdict } from "../../common/verdict.js";
import {
  labelledWorkspace,
  OFFLINE_ORGANIZATION,
  type OfflineObject,
  type OfflineObjects,
  OfflineProblem,
} from "./offline-objects.js";

/** Annotation of an object in a file: what is expected of it, where that is something else than to be let in. */
export const EXPECT_ANNOTATION = "policy.lectern.dev/expect";

/** `warned` is let in, but a policy on dry run would refuse it. */
export const OUTCOMES = ["admitted", "warned", "refused"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Where objects are judged that do not say it themselves, and when. */
export interface Circumstances {
  namespace: string;
  /** Of the namespaces that are not labelled for one. */
  workspace?: string;
  /** ISO 8601 to the second: by it exceptions have expired or hold. */
  now: string;
}

/** What the policies say to an object. */
export interface JudgedObject {
  place: string;
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  outcome: Outcome;
  /** Absent where the object does not say; then it is expected to be let in, on dry run or not. */
  expected?: Outcome;
  isAsExpected: boolean;
  /** Policies of its place that the labels of its namespace keep off it. */
  notSelected: string[];
  images: { container: string; kind: ContainerKind; verdict: ImageVerdict }[];
}

/** Judges each object as the API server would judge its pods, by the evaluator that the console, REST and the audit ask. Throws `OfflineProblem`. */
export function judgeObjects(
  { policies, namespaces, objects }: OfflineObjects,
  circumstances: Circumstances,
): JudgedObject[] {
  return objects.map((object) => {
    const namespace = object.namespace ?? circumstances.namespace;
    const { selected, notSelected } = policiesIn(namespace, { policies, namespaces }, circumstances);
    const images = object.images.map(({ container, kind, image }) => ({
      container,
      kind,
      verdict: evaluateImage(image, selected, { workloads: object.workloads, now: circumstances.now }),
    }));
    const outcome = outcomeOf(images.map(({ verdict }) => verdict));
    const expected = expectedOf(object);
    const { place, apiVersion, kind, name } = object;
    return {
      place,
      apiVersion,
      kind,
      namespace,
      name,
      outcome,
      ...(expected !== undefined && { expected }),
      isAsExpected: expected === undefined ? outcome !== "refused" : outcome === expected,
      notSelected: notSelected.map((policy) => policy.name),
      images,
    };
  });
}

function policiesIn(
  namespace: string,
  { policies, namespaces }: Pick<OfflineObjects, "policies" | "namespaces">,
  given: Circumstances,
): ReturnType<typeof effectivePolicies> {
  const labels = namespaces.get(namespace) ?? {};
  const workspace = labelledWorkspace(labels) ?? given.workspace ?? onlyWorkspace(namespace, policies);
  return effectivePolicies(policies, {
    namespace,
    organization: OFFLINE_ORGANIZATION,
    workspace,
    // The API server gives it to every namespace.
    labels: { ...labels, "kubernetes.io/metadata.name": namespace },
  });
}

/** Where all policies of workspaces are of one, there is no doubt which one is meant. */
function onlyWorkspace(namespace: string, policies: EffectivePolicy[]): string {
  const named = new Set(
    policies.flatMap(({ origin }) => (origin.kind === "workspace" ? [origin.workspace] : [])),
  );
  if (named.size > 1)
    throw new OfflineProblem(
      `which workspace the namespace ${namespace} is in is not said, and the policies are of ${[...named].toSorted().join(", ")}; say -k WORKSPACE`,
    );
  return [...named][0] ?? "default";
}

function outcomeOf(verdicts: ImageVerdict[]): Outcome {
  if (verdicts.some(({ allowed }) => !allowed)) return "refused";
  const isFailing = verdicts.some(({ policies }) => policies.some(({ passed }) => !passed));
  return isFailing ? "warned" : "admitted";
}

function expectedOf({ place, annotations }: OfflineObject): Outcome | undefined {
  const said = annotations[EXPECT_ANNOTATION];
  if (said === undefined) return undefined;
  const known = OUTCOMES.find((each) => each === said);
  if (known) return known;
  throw new OfflineProblem(
    `${place}: expected ${OUTCOMES.join(", ")} in the annotation ${EXPECT_ANNOTATION}, and "${said}" came`,
  );
}
