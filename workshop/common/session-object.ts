import { oldObjectWords } from "./kubernetes-age/old-objects.js";
import { removedApi } from "./kubernetes-age/removed-apis.js";

/** Why an object of a lab cannot be made for a session. */
export interface ObjectObstacle {
  /** The end of a sentence. */
  why: string;
  /** Whether some clusters could have it; otherwise no cluster makes it. */
  isOnSomeClusters: boolean;
  /** Whether a cluster of the session's own could have it. */
  needsOwnCluster?: boolean;
}

/** The parts of an object that say where it belongs. */
interface ObjectHead {
  apiVersion?: unknown;
  kind?: unknown;
  metadata?: unknown;
}

/** Kinds that belong to the whole cluster, of every Kubernetes. */
const CLUSTER_KINDS = new Set(
  "Namespace Node PersistentVolume ClusterRole ClusterRoleBinding CustomResourceDefinition StorageClass PriorityClass IngressClass RuntimeClass CSIDriver CSINode VolumeAttachment APIService ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding CertificateSigningRequest FlowSchema PriorityLevelConfiguration".split(
    " ",
  ),
);
/** Groups of the API that every Kubernetes has; projects beside it have others, of the same ending as well. */
export const KUBERNETES_GROUPS: ReadonlySet<string> = new Set([
  ..."apps batch autoscaling policy".split(" "),
  ..."rbac.authorization networking storage scheduling coordination discovery node admissionregistration apiextensions apiregistration certificates events flowcontrol.apiserver authentication authorization resource"
    .split(" ")
    .map((group) => `${group}.k8s.io`),
]);
/** Roles and their bindings may have any name that stands in an address. */
const FREELY_NAMED = new Set(["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]);
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** The groups of the kinds that the objects define. */
export function definedGroups(objects: readonly unknown[]): ReadonlySet<string> {
  const definitions = objects as (({ spec?: { group?: unknown } } & ObjectHead) | null)[];
  return new Set(
    definitions.flatMap((object) => {
      const group = object?.kind === "CustomResourceDefinition" ? object.spec?.group : undefined;
      return typeof group === "string" ? [group] : [];
    }),
  );
}

/**
 * What keeps the object, with a session's values in it, from being made in a session's namespace, or in a cluster of its own where the lab
 * defines the kinds of these groups; nothing where it can be.
 */
export function objectObstacle(
  object: unknown,
  ownCluster?: { groups: ReadonlySet<string> },
): ObjectObstacle | undefined {
  const { apiVersion, kind, metadata } = (object ?? {}) as ObjectHead;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return never("says no apiVersion and kind");
  const group = apiVersion.includes("/") ? (apiVersion.split("/", 1)[0] ?? "") : "";
  if (group !== "" && !KUBERNETES_GROUPS.has(group) && !ownCluster?.groups.has(group)) {
    const why = `is of the kind ${kind} of ${group}, which Kubernetes itself does not have`;
    return { why, isOnSomeClusters: ownCluster === undefined };
  }
  const removed = removedApi(apiVersion, kind);
  if (removed) {
    const isOnSomeClusters = minorOf(removed.since) > OLDEST_CLUSTER_MINOR;
    return { why: `is of ${apiVersion}: ${oldObjectWords({ kind, removed }).message}`, isOnSomeClusters };
  }
  if (CLUSTER_KINDS.has(kind) && ownCluster === undefined)
    return neverShared("belongs to the whole cluster, and sessions own objects of their namespace only");
  return nameObstacle(kind, (metadata ?? {}) as Record<string, unknown>);
}

/** Kubernetes 1.30 is the oldest that sessions are made on. */
const OLDEST_CLUSTER_MINOR = 30;

function minorOf(version: string): number {
  return Number(version.split(".")[1]);
}

/** Why the object is for another namespace than the session's, as the end of a sentence. */
export function otherNamespace(object: unknown, namespace: string): string | undefined {
  const { metadata } = (object ?? {}) as ObjectHead;
  const { namespace: given } = (metadata ?? {}) as Record<string, unknown>;
  if (given === undefined || given === null || given === namespace) return undefined;
  return `is for the namespace ${textOf(given)}, and sessions have one of their own only`;
}

function nameObstacle(
  kind: string,
  { name, generateName }: Record<string, unknown>,
): ObjectObstacle | undefined {
  if (name === undefined && typeof generateName === "string") return undefined;
  if (typeof name === "string" && (FREELY_NAMED.has(kind) ? !/[/%]/.test(name) : NAME.test(name)))
    return undefined;
  return never(`has the name "${textOf(name)}", which objects of that kind cannot have`);
}

function neverShared(why: string): ObjectObstacle {
  return { why, isOnSomeClusters: false, needsOwnCluster: true };
}

function never(why: string): ObjectObstacle {
  return { why, isOnSomeClusters: false };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** `ConfigMap web`, for people. */
export function objectWords(object: unknown): string {
  const { kind, metadata } = (object ?? {}) as ObjectHead;
  const { name } = (metadata ?? {}) as Record<string, unknown>;
  return `${typeof kind === "string" ? kind : "object"} ${typeof name === "string" ? name : ""}`.trim();
}
