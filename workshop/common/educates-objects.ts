import { definitionValue } from "./definition-text.js";
import type { EducatesResource } from "./educates-schema.js";
import { type ResourceNote, lacking, placeOf } from "./resource-note.js";

/** The objects that sessions get, and those that they do not. */
export interface SessionObjects {
  objects: unknown[];
  notes: ResourceNote[];
}

/** Objects of one session, of its allocation, and of the environment that sessions share: here each session has its own of all of them. */
export function objectsOf({ spec }: EducatesResource, own: ReadonlySet<string>): SessionObjects {
  const lists = [
    { path: ["spec", "environment", "objects"], objects: spec.environment?.objects },
    { path: ["spec", "session", "objects"], objects: spec.session?.objects },
    { path: ["spec", "request", "objects"], objects: spec.request?.objects },
  ];
  const read = lists.flatMap(({ path, objects }) =>
    (objects ?? []).map((object, at) => readObject(object, [...path, at], own)),
  );
  return {
    objects: read.flatMap(({ objects }) => objects),
    notes: read.flatMap(({ notes }) => notes),
  };
}

interface ObjectHead {
  apiVersion?: unknown;
  kind?: unknown;
  metadata?: { name?: unknown; namespace?: unknown } | null | undefined;
}

function readObject(given: unknown, path: readonly PropertyKey[], own: ReadonlySet<string>): SessionObjects {
  const { value, unknown } = definitionValue(given, own);
  const { apiVersion, kind, metadata } = value as ObjectHead;
  const what =
    `${typeof kind === "string" ? kind : "object"} ${typeof metadata?.name === "string" ? metadata.name : ""}`.trim();
  const [reference] = unknown;
  const why =
    reference === undefined
      ? missingReason({ apiVersion, kind, metadata })
      : `names ${reference.written}, which ${reference.why}`;
  if (why === undefined) return { objects: [value], notes: [] };
  const note = lacking(path, `${why}; sessions are made without it`);
  return {
    objects: [],
    notes: [{ ...note, message: `${placeOf(path)}, the ${what}, ${why}; sessions are made without it` }],
  };
}

/** Kinds that belong to the whole cluster, of every Kubernetes. */
const CLUSTER_KINDS = new Set(
  "Namespace Node PersistentVolume ClusterRole ClusterRoleBinding CustomResourceDefinition StorageClass PriorityClass IngressClass RuntimeClass CSIDriver CSINode VolumeAttachment APIService ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding CertificateSigningRequest FlowSchema PriorityLevelConfiguration".split(
    " ",
  ),
);
/** Groups that every Kubernetes has besides the core and those that end in `.k8s.io`. */
const GROUPS = new Set(["apps", "batch", "autoscaling", "policy"]);
/** Namespaces by the names that they have in definitions; all of them are the session's own here. */
const OWN_NAMESPACE = /^\{\{ (?:session_namespace|session_name|workshop_namespace|environment_name) \}\}$/;

function missingReason({ apiVersion, kind, metadata }: ObjectHead): string | undefined {
  if (typeof apiVersion !== "string" || typeof kind !== "string") return "says no apiVersion and kind";
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  if (group !== "" && !GROUPS.has(group) && !isOfKubernetes(group))
    return `is of the kind ${kind} of ${group}, which Kubernetes itself does not have`;
  if (CLUSTER_KINDS.has(kind))
    return "belongs to the whole cluster, and sessions own objects of their namespace only";
  const namespace = metadata?.namespace;
  if (namespace === undefined || namespace === null) return undefined;
  if (typeof namespace !== "string") return "has a namespace that is no name";
  if (OWN_NAMESPACE.test(namespace)) return undefined;
  return `is for the namespace ${namespace}, and sessions have one of their own only`;
}

/** Projects beside Kubernetes have groups such as `gateway.networking.k8s.io` and `snapshot.storage.k8s.io`. */
function isOfKubernetes(group: string): boolean {
  return /^[a-z]+(?:\.[a-z]+)?\.k8s\.io$/.test(group) && OF_KUBERNETES.has(group);
}

const OF_KUBERNETES = new Set(
  "rbac.authorization networking storage scheduling coordination discovery node admissionregistration apiextensions apiregistration certificates events flowcontrol.apiserver authentication authorization resource"
    .split(" ")
    .map((group) => `${group}.k8s.io`),
);
