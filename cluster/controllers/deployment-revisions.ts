import type { Deployment, ReplicaSet } from "./object-kinds.js";
import { nameOf } from "./object-keys.js";
import { controllerReference } from "./owner-references.js";
import {
  allOf,
  byAge,
  currentSize,
  DESIRED_REPLICAS,
  fencepostsOf,
  MAX_REPLICAS,
  replicasOf,
} from "./deployment-replicas.js";
import type { ReplicaSets } from "./deployment-replicas.js";
import { hashTemplate, isSameTemplate, TEMPLATE_HASH } from "./template-hash.js";

export const REVISION = "deployment.kubernetes.io/revision";
const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
/** What belongs to the deployment alone; its other annotations its ReplicaSets have too. */
const OWN_ANNOTATIONS = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);

/** Tells the ReplicaSet of the deployment's present template, if there is one yet, from those of earlier ones. */
export function sortOut(deployment: Deployment, replicaSets: ReplicaSet[]): ReplicaSets {
  const current = byAge(replicaSets).find((set) =>
    isSameTemplate(set.spec.template, deployment.spec.template),
  );
  const old = replicaSets.filter((set) => set !== current);
  return current === undefined ? { old } : { current, old };
}

export function revisionOf(object: Deployment | ReplicaSet): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0) || 0;
}

/** The revision the current ReplicaSet has or gets: one above all older ones. */
export function currentRevision({ current, old }: ReplicaSets): number {
  const next = Math.max(0, ...old.map(revisionOf)) + 1;
  return current === undefined ? next : Math.max(next, revisionOf(current));
}

/** The ReplicaSet of the deployment's present template, as it is to be created. */
export function newReplicaSet(deployment: Deployment, sets: ReplicaSets): ReplicaSet {
  const { spec } = deployment;
  const hash = hashTemplate(spec.template, deployment.status?.collisionCount);
  const template = structuredClone(spec.template);
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
      labels,
      annotations: annotationsOf(deployment, {}, currentRevision(sets)),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: currentSize(deployment, sets),
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: {
        ...structuredClone(spec.selector),
        matchLabels: { ...spec.selector.matchLabels, [TEMPLATE_HASH]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** The annotations of the current ReplicaSet: the deployment's, its size limits and its revision with the earlier ones. */
export function annotationsOf(
  deployment: Deployment,
  known: Record<string, string>,
  revision: number,
): Record<string, string> {
  const inherited = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([name]) => !OWN_ANNOTATIONS.has(name),
  );
  const before = known[REVISION];
  const earlier = [known[REVISION_HISTORY], before].filter((text) => text !== undefined && text !== "");
  const history =
    before === undefined || before === String(revision) ? known[REVISION_HISTORY] : earlier.join(",");
  return {
    ...known,
    ...Object.fromEntries(inherited),
    ...sizeAnnotations(deployment),
    [REVISION]: String(revision),
    ...(history === undefined ? {} : { [REVISION_HISTORY]: history }),
  };
}

export function sizeAnnotations(deployment: Deployment): Record<string, string> {
  const desired = replicasOf(deployment);
  return {
    [DESIRED_REPLICAS]: String(desired),
    [MAX_REPLICAS]: String(desired + fencepostsOf(deployment).surge),
  };
}

/** Empty ReplicaSets of earlier templates beyond the history limit, oldest first. */
export function surplusHistory(deployment: Deployment, { old }: ReplicaSets): ReplicaSet[] {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const empty = old.filter(
    (set) => replicasOf(set) === 0 && (set.status?.replicas ?? 0) === 0 && !set.metadata.deletionTimestamp,
  );
  return empty.toSorted((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, old.length - limit));
}

/** True when `spec.replicas` changed since the ReplicaSets were last sized. */
export function isScaled(deployment: Deployment, sets: ReplicaSets): boolean {
  return allOf(sets)
    .filter((set) => replicasOf(set) > 0)
    .some((set) => {
      const desired = set.metadata.annotations?.[DESIRED_REPLICAS];
      return desired !== undefined && Number(desired) !== replicasOf(deployment);
    });
}
