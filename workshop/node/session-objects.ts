import { type Budget, MAX_PODS } from "../common/budget.js";
import {
  ORGANIZATION_LABEL,
  SESSION_API_VERSION,
  SESSION_LABEL,
  type SessionResource,
} from "../common/session.js";

/** One object to make: where it is posted, and itself. */
export interface Manifest {
  path: string;
  object: Record<string, unknown>;
}

/** Name of the service account, of its secret and of every object that exists once per session. */
export const LEARNER = "learner";

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

export function namespaceOf(session: SessionResource): Manifest {
  const { labels, ownerReferences } = ownedBy(session);
  const metadata = {
    name: session.spec.namespace,
    ownerReferences,
    labels: { ...labels, [ORGANIZATION_LABEL]: session.spec.organization, ...POD_SECURITY },
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
      roleRef: roleRef("admin"),
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

/** What the namespace may use, and what its pods get when they ask for nothing. */
export function limitsOf(session: SessionResource, budget: Budget): Manifest[] {
  const { counts } = budget;
  const hard = {
    "limits.cpu": budget.cpu,
    "limits.memory": budget.memory,
    pods: String(MAX_PODS),
    persistentvolumeclaims: String(counts.volumes),
    replicationcontrollers: String(counts.controllers),
    secrets: String(counts.secrets),
    services: String(counts.services),
  };
  const most = { cpu: budget.cpu, memory: budget.memory };
  const container = {
    type: "Container",
    min: { cpu: "1m", memory: "1M" },
    max: most,
    default: { cpu: budget.containerCpu, memory: budget.containerMemory },
    defaultRequest: { cpu: "50m", memory: "128Mi" },
  };
  const limits = [
    { type: "Pod", max: most },
    container,
    { type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: budget.volumeSize } },
  ];
  return [
    namespaced(session, "/api/v1", "resourcequotas", {
      apiVersion: "v1",
      kind: "ResourceQuota",
      spec: { hard },
    }),
    namespaced(session, "/api/v1", "limitranges", { apiVersion: "v1", kind: "LimitRange", spec: { limits } }),
  ];
}

/** Keeps other sessions' pods out; the session's own pods and everything outside of sessions may come in. */
export function isolationOf(session: SessionResource): Manifest {
  const others = {
    namespaceSelector: { matchExpressions: [{ key: SESSION_LABEL, operator: "DoesNotExist" }] },
  };
  const spec = {
    podSelector: {},
    policyTypes: ["Ingress"],
    ingress: [{ from: [{ podSelector: {} }, others] }],
  };
  return namespaced(session, "/apis/networking.k8s.io/v1", "networkpolicies", {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
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
