import { type Budget, type Counts, MAX_PODS, limitRangeSpec, quotaSpec } from "../common/budget.js";
import type { EgressTarget } from "../common/egress.js";
import type { Lab } from "../common/lab.js";
import { OWN_IMAGES_ANNOTATION } from "../common/lab-images.js";
import {
  LEARNER,
  LEARNER_ROLE,
  ORGANIZATION_LABEL,
  SESSION_API_VERSION,
  SESSION_LABEL,
  type SessionResource,
} from "../common/session.js";

/** A kind of object as quotas name it. */
export interface CountedKind {
  /** Empty for the core group. */
  group: string;
  resource: string;
}

/** `configmaps`, `deployments.apps`: how `count/` of a quota names a kind. */
export function countedName({ group, resource }: CountedKind): string {
  return group === "" ? resource : `${resource}.${group}`;
}

/** One object to make: where it is posted, and itself. */
export interface Manifest {
  path: string;
  object: Record<string, unknown>;
}

/** Type of the secrets that tokens are bound to. */
export const TOKEN_TYPE = "lectern.dev/token";

/** Learners' pods may not reach into the node that other learners share. */
const POD_SECURITY = { "pod-security.kubernetes.io/enforce": "baseline" };

/** What marks an object as the session's, so that it goes when the session goes. */
export function ownedBy(session: SessionResource): {
  labels: Record<string, string>;
  ownerReferences: unknown[];
} {
  const { name, uid = "" } = session.metadata;
  return {
    labels: { [SESSION_LABEL]: name, "app.kubernetes.io/managed-by": "lectern" },
    ownerReferences: [{ apiVersion: SESSION_API_VERSION, kind: "Session", name, uid }],
  };
}

export function namespaceOf(session: SessionResource, { ownImages }: Pick<Lab, "ownImages">): Manifest {
  const { labels, ownerReferences } = ownedBy(session);
  const metadata = {
    name: session.spec.namespace,
    ownerReferences,
    labels: { ...labels, [ORGANIZATION_LABEL]: session.spec.organization, ...POD_SECURITY },
    ...(ownImages && { annotations: { [OWN_IMAGES_ANNOTATION]: JSON.stringify(ownImages) } }),
  };
  return { path: "/api/v1/namespaces", object: { apiVersion: "v1", kind: "Namespace", metadata } };
}

/** The learner's account: everything inside the namespace that `admin` allows, and reading the namespace itself. */
export function accessOf(session: SessionResource): Manifest[] {
  const namespace = session.spec.namespace;
  const subject = { kind: "ServiceAccount", name: LEARNER, namespace };
  const outer = `lectern-${namespace}`;
  const rules = [{ apiGroups: [""], resources: ["namespaces"], resourceNames: [namespace], verbs: ["get"] }];
  return [
    namespaced(session, "/api/v1", "serviceaccounts", { apiVersion: "v1", kind: "ServiceAccount" }),
    rbac(session, "clusterroles", { kind: "ClusterRole", metadata: { name: outer }, rules }),
    rbac(session, "clusterrolebindings", {
      kind: "ClusterRoleBinding",
      metadata: { name: outer },
      roleRef: roleRef(outer),
      subjects: [subject],
    }),
    rbac(session, `namespaces/${namespace}/rolebindings`, {
      kind: "RoleBinding",
      metadata: { name: LEARNER, namespace },
      roleRef: roleRef(LEARNER_ROLE),
      subjects: [subject],
    }),
  ];
}

/** The secret a learner's token is bound to: without it, the token is worth nothing. */
export function tokenSecret(session: SessionResource, name: string): Manifest {
  return namespaced(session, "/api/v1", "secrets", {
    apiVersion: "v1",
    kind: "Secret",
    type: TOKEN_TYPE,
    name,
  });
}

/** A controller keeps what it made before: ten revisions of a deployment, four runs of a cron job. */
const KEPT_PER_CONTROLLER = 4;
const CONTROLLERS = new Set([
  "replicationcontrollers",
  "deployments.apps",
  "statefulsets.apps",
  "daemonsets.apps",
  "cronjobs.batch",
]);

/** What bounds a session's namespace. */
export interface NamespaceLimits {
  /** Absent where the lab does not bound what its pods use. */
  budget: Budget | undefined;
  counts: Counts;
  kinds: readonly CountedKind[];
}

/**
 * What the namespace may use of the cluster; how many objects of each kind there may be, which bounds what a session puts into the cluster's store
 * (etcd takes 1.5 MB for one object); that none opens a port of the nodes, asks the cloud for an address or drives out the cluster's own pods; and
 * what pods get that ask for nothing. One quota has all of it that can be in one: the API server looks at each for every object, and writes what is
 * used into each.
 */
export function limitsOf(session: SessionResource, { budget, counts, kinds }: NamespaceLimits): Manifest[] {
  const named = kinds.map(countedName);
  const hard = {
    ...(budget && quotaSpec(budget).hard),
    "services.nodeports": "0",
    "services.loadbalancers": "0",
    ...Object.fromEntries(named.map((name) => [`count/${name}`, String(countOf(name, counts))])),
  };
  const system = ["system-node-critical", "system-cluster-critical"];
  const scopeSelector = {
    matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: system }],
  };
  const ranges = { apiVersion: "v1", kind: "LimitRange", spec: budget && limitRangeSpec(budget) };
  return [
    quota(session, LEARNER, { hard }),
    quota(session, "learner-system-priority", { hard: { pods: "0" }, scopeSelector }),
    ...(budget ? [namespaced(session, "/api/v1", "limitranges", ranges)] : []),
  ];
}

function countOf(name: string, counts: Counts): number {
  if (CONTROLLERS.has(name)) return counts.controllers;
  switch (name) {
    case "pods":
      // Those that have ended, which the limit of running ones does not count, as many again.
      return MAX_PODS * 2;
    case "replicasets.apps":
    case "jobs.batch":
      return counts.controllers * KEPT_PER_CONTROLLER;
    case "persistentvolumeclaims":
      return counts.volumes;
    case "secrets":
      return counts.secrets;
    case "services":
      return counts.services;
    default:
      return counts.others;
  }
}

const DNS_PORTS = [53, 5353].flatMap((port) => ["UDP", "TCP"].map((protocol) => ({ port, protocol })));

/** Where pods of a session may go besides other pods of it. */
export interface Reachable {
  /** Addresses of the API server. */
  apiServer: readonly string[];
  /** What the lab lists, by address. */
  listed: readonly EgressTarget[];
}

/**
 * Keeps other sessions' pods out, and the session's own from everything but each other, DNS, the API server and what the lab lists.
 * Everything outside of sessions may come in.
 */
export function isolationOf(session: SessionResource, { apiServer, listed }: Reachable): Manifest {
  const outside = {
    namespaceSelector: { matchExpressions: [{ key: SESSION_LABEL, operator: "DoesNotExist" }] },
  };
  const own = { podSelector: {} };
  const spec = {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [own, outside] }],
    egress: [
      { to: [own] },
      { to: [outside], ports: DNS_PORTS },
      ...apiServer.map((address) => ({ to: [singleAddress(address)] })),
      ...listed.map(({ host, port }) => ({ to: [singleAddress(host)], ports: [{ port, protocol: "TCP" }] })),
    ],
  };
  return namespaced(session, "/apis/networking.k8s.io/v1", "networkpolicies", {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    spec,
  });
}

function singleAddress(address: string): Record<string, unknown> {
  return { ipBlock: { cidr: `${address}/${address.includes(":") ? "128" : "32"}` } };
}

function quota(session: SessionResource, name: string, spec: Record<string, unknown>): Manifest {
  return namespaced(session, "/api/v1", "resourcequotas", {
    apiVersion: "v1",
    kind: "ResourceQuota",
    name,
    spec,
  });
}

function namespaced(
  session: SessionResource,
  group: string,
  plural: string,
  parts: Record<string, unknown> & { name?: string },
): Manifest {
  const { name = LEARNER, ...object } = parts;
  const namespace = session.spec.namespace;
  return {
    path: `${group}/namespaces/${namespace}/${plural}`,
    object: { ...object, metadata: { name, namespace, ...ownedBy(session) } },
  };
}

function rbac(
  session: SessionResource,
  path: string,
  object: { metadata: Record<string, unknown> } & Record<string, unknown>,
): Manifest {
  const metadata = { ...object.metadata, ...ownedBy(session) };
  return {
    path: `/apis/rbac.authorization.k8s.io/v1/${path}`,
    object: { apiVersion: "rbac.authorization.k8s.io/v1", ...object, metadata },
  };
}

function roleRef(name: string): Record<string, string> {
  return { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
}
