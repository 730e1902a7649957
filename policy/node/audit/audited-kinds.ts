import type { V1ObjectMeta, V1OwnerReference, V1PodSpec } from "@kubernetes/client-node";

import type { WatchedObject } from "../../../kubernetes/node/collection-watch.js";
import type { NamedImage } from "../../common/audit.js";
import { workloadsOfPod, type WorkloadReference } from "../../common/exception.js";
import type { WorkloadName } from "../../common/tmc-api.js";
import { podImages } from "../pod-images.js";

/** What the audit remembers of a pod or workload. */
export interface AuditedObject extends WatchedObject {
  metadata: { name: string; namespace: string; resourceVersion: string };
  self: WorkloadName;
  /** The workload that made it. */
  owner?: WorkloadName;
  images: NamedImage[];
  pods: number;
  wanted: number;
  /** It has ended and makes no pods any more. */
  isOver: boolean;
}

/** A pod or workload as the cluster shows it; what is not of its kind is absent. */
export interface Shown {
  metadata: V1ObjectMeta;
  spec?: V1PodSpec & {
    replicas?: number;
    parallelism?: number;
    template?: { metadata?: V1ObjectMeta; spec?: V1PodSpec };
    jobTemplate?: { spec?: { template?: { spec?: V1PodSpec } } };
  };
  status?: {
    phase?: string;
    completionTime?: string;
    desiredNumberScheduled?: number;
    conditions?: { type: string; status: string }[];
  };
}

export interface AuditedKind {
  apiVersion: string;
  kind: string;
  path: string;
  podSpec: (shown: Shown) => V1PodSpec | undefined;
  wanted: (shown: Shown) => number;
  isOver: (shown: Shown) => boolean;
}

const template = ({ spec }: Shown) => spec?.template?.spec;
const replicas = ({ spec }: Shown) => spec?.replicas ?? 1;
const never = () => false;

/** Everything that holds images: pods and what makes them. */
export const AUDITED_KINDS: readonly AuditedKind[] = [
  {
    apiVersion: "v1",
    kind: "Pod",
    path: "/api/v1/pods",
    podSpec: ({ spec }) => spec,
    wanted: () => 0,
    isOver: ({ status }) => status?.phase === "Succeeded" || status?.phase === "Failed",
  },
  ...["Deployment", "ReplicaSet", "StatefulSet"].map((kind) => ({
    apiVersion: "apps/v1",
    kind,
    path: `/apis/apps/v1/${kind.toLowerCase()}s`,
    podSpec: template,
    wanted: replicas,
    isOver: never,
  })),
  {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    path: "/apis/apps/v1/daemonsets",
    podSpec: template,
    wanted: ({ status }) => status?.desiredNumberScheduled ?? 0,
    isOver: never,
  },
  {
    apiVersion: "batch/v1",
    kind: "Job",
    path: "/apis/batch/v1/jobs",
    podSpec: template,
    wanted: ({ spec }) => spec?.parallelism ?? 1,
    isOver: ({ status }) =>
      status?.completionTime !== undefined ||
      (status?.conditions ?? []).some(({ type, status: value }) => type === "Failed" && value === "True"),
  },
  {
    apiVersion: "batch/v1",
    kind: "CronJob",
    path: "/apis/batch/v1/cronjobs",
    podSpec: ({ spec }) => spec?.jobTemplate?.spec?.template?.spec,
    wanted: () => 0,
    isOver: never,
  },
];

/** Keeps of a large object what the audit looks at. */
export function auditedObject(of: AuditedKind, item: WatchedObject): AuditedObject {
  const shown = item as Shown;
  const { name = "", namespace = "", resourceVersion = "", ownerReferences = [] } = shown.metadata;
  const controller = ownerReferences.find((reference) => reference.controller === true);
  const spec = of.podSpec(shown);
  return {
    metadata: { name, namespace, resourceVersion },
    self: { apiVersion: of.apiVersion, kind: of.kind, name },
    ...(controller && { owner: nameOf(controller) }),
    images: spec ? podImages({ spec }) : [],
    pods: of.kind === "Pod" ? 1 : 0,
    wanted: of.wanted(shown),
    isOver: of.isOver(shown),
  };
}

function nameOf({ apiVersion, kind, name }: V1OwnerReference): WorkloadName {
  return { apiVersion, kind, name };
}

/** What the pods belong to that an object makes, or is, as exceptions name it. */
export function workloadsOfPods({ metadata, spec }: Shown, self: WorkloadReference): WorkloadReference[] {
  if (self.kind === "Pod") return workloadsOfPod(metadata);
  if (self.kind === "Deployment" || self.kind === "CronJob") return [self];
  const labels = spec?.template?.metadata?.labels ?? {};
  return workloadsOfPod({ labels, ownerReferences: [{ ...self, controller: true }] });
}
