import type { V1Namespace, V1ObjectMeta } from "@kubernetes/client-node";

import { MANAGED_LABEL, WORKSPACE_LABEL } from "../common/engine-names.js";
import { toSecond } from "../common/exception.js";
import type { ExceptionView } from "../common/exception-api.js";
import type { Meta, NamespaceView, PolicyView, WorkspaceView } from "../common/tmc-api.js";
import type { ExceptionObject, HierarchyObject, ImagePolicyObject } from "./records.js";
import { toEffective } from "./records.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import { timeOfChange } from "./history/author.js";

const TMC_PACKAGE = "vmware.tanzu.manage.v1alpha1";

/** A stored policy as TMC's API shows it. Throws POLICY_INVALID where what is stored is no policy. */
export function policyView(object: ImagePolicyObject, exceptions = 0): PolicyView {
  const { spec, metadata, status } = object;
  const effective = toEffective(object);
  if (!effective) {
    throw new PolicyError(
      POLICY_ERROR.invalid,
      `The stored policy ${metadata.name ?? ""} cannot be read, and lets nothing pass. A newer Lectern may have written it: bring this one up to date, or delete it and create it again.`,
    );
  }
  const isCurrent = status?.inForce === true && status.observedGeneration === metadata.generation;
  const isWorkspace = spec.workspace !== undefined;
  return {
    fullName: {
      name: spec.name,
      ...(spec.workspace === undefined ? { orgId: spec.organization } : { workspaceName: spec.workspace }),
    },
    meta: {
      ...changedAt(metaView(metadata, spec.description, spec.labels), status?.changedAt),
      resourceVersion: policyVersion(object),
    },
    spec: effective.spec,
    status: {
      inForce: isCurrent,
      namespaces: status?.namespaces ?? 0,
      exceptions,
      ...(status?.message !== undefined && { message: status.message }),
    },
    type: {
      kind: "Policy",
      package: `${TMC_PACKAGE}.${isWorkspace ? "workspace" : "organization"}.policy`,
      version: "v1alpha1",
    },
  };
}

/**
 * What is shown as the version of a policy, for those who edit it: another one by every change of what it demands, and by none of its status, which
 * controllers write at any time. It begins with the object's uid, so that another policy of the name has others.
 */
export function policyVersion({ metadata: { uid = "", generation = 0 } }: ImagePolicyObject): string {
  return uid === "" ? "" : `${uid}.${String(generation)}`;
}

/** An exception whose time has come is shown as expired, also before that is written down. */
export function exceptionView({ metadata, spec }: ExceptionObject): ExceptionView {
  const { organization, workspace, name, description, labels, state, ...rest } = spec;
  const { requestedBy, requestedAt, decidedBy, decidedAt, note, ...excepted } = rest;
  const isOver = state === "Granted" && excepted.expires <= toSecond(new Date());
  return {
    fullName: { name, ...(workspace === undefined ? { orgId: organization } : { workspaceName: workspace }) },
    meta: metaView(metadata, description, labels),
    spec: excepted,
    status: {
      state: isOver ? "Expired" : state,
      requestedBy,
      requestedAt,
      ...(decidedBy !== undefined && { decidedBy }),
      ...(decidedAt !== undefined && { decidedAt }),
      ...(note !== undefined && { note }),
    },
  };
}

export function workspaceView(
  { metadata, spec }: HierarchyObject,
  status: { policies: number; namespaces: string[] },
): WorkspaceView {
  return { fullName: { name: spec.name }, meta: metaView(metadata, spec.description, spec.labels), status };
}

/** Views of namespaces that are shown again and again, by what was read of each. */
const viewed = new WeakMap<V1Namespace, NamespaceView>();

/** A namespace as TMC's API shows it, the same view for the same object. */
export function namespaceView(namespace: V1Namespace, cluster: string): NamespaceView {
  const known = viewed.get(namespace);
  if (known?.fullName.clusterName === cluster) return known;
  const view = makeNamespaceView(namespace, cluster);
  viewed.set(namespace, view);
  return view;
}

function makeNamespaceView(namespace: V1Namespace, cluster: string): NamespaceView {
  const labels = namespace.metadata?.labels ?? {};
  const managed = labels[MANAGED_LABEL] === "true";
  return {
    fullName: {
      managementClusterName: "attached",
      provisionerName: "attached",
      clusterName: cluster,
      name: namespace.metadata?.name ?? "",
    },
    meta: metaView(namespace.metadata ?? {}, undefined, labels),
    spec: { workspaceName: managed ? (labels[WORKSPACE_LABEL] ?? "") : "", attach: managed },
    status: { phase: "READY", managed },
  };
}

export function metaView(
  metadata: V1ObjectMeta,
  description = "",
  labels: Record<string, string> = {},
): Meta {
  const created = isoTime(metadata.creationTimestamp);
  // Of what is written without an account of its fields only it itself says when.
  const changes = (metadata.managedFields ?? []).map(({ time }) => isoTime(time));
  return {
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    generation: String(metadata.generation ?? 1),
    description,
    labels,
    creationTime: created,
    updateTime: newestOf([created, timeOfChange(metadata), ...changes]),
    parentReferences: (metadata.ownerReferences ?? []).map(({ name, uid }) => ({ rid: name, uid })),
  };
}

function changedAt(meta: Meta, time = ""): Meta {
  return { ...meta, updateTime: newestOf([meta.updateTime, time]) };
}

function newestOf(times: string[]): string {
  return times.toSorted().at(-1) ?? "";
}

/** Typed clients give dates, untyped ones text. */
export function isoTime(time: Date | string | undefined): string {
  if (time === undefined) return "";
  return time instanceof Date ? time.toISOString() : time;
}
