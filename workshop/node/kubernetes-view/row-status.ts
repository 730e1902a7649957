import type { RowState } from "../../common/kubernetes-view.js";
import { podStatus } from "./pod-status.js";
import { type ViewedObject, conditionsOf, listIn, numberIn, textIn } from "./viewed-object.js";
import { cronJobStatus, daemonSetStatus, jobStatus, replicasStatus } from "./workload-status.js";

/** How an object is, in a few words; `detail` says why. */
export interface RowStatus {
  state: RowState;
  status: string;
  detail?: string;
}

type StatusOf = (object: ViewedObject) => RowStatus;

/** By the plural and group of a kind, as quotas name it. */
const STATUS: Readonly<Record<string, StatusOf>> = {
  pods: podStatus,
  "deployments.apps": replicasStatus,
  "replicasets.apps": replicasStatus,
  replicationcontrollers: replicasStatus,
  "statefulsets.apps": replicasStatus,
  "daemonsets.apps": daemonSetStatus,
  "jobs.batch": jobStatus,
  "cronjobs.batch": cronJobStatus,
  services: serviceStatus,
  "ingresses.networking.k8s.io": ingressStatus,
  "networkpolicies.networking.k8s.io": networkPolicyStatus,
  configmaps: keysStatus,
  secrets: keysStatus,
  persistentvolumeclaims: claimStatus,
  serviceaccounts: () => plain(""),
  "roles.rbac.authorization.k8s.io": (role) => plain(counted(listIn(role, "rules").length, "rule")),
  "rolebindings.rbac.authorization.k8s.io": bindingStatus,
  resourcequotas: quotaStatus,
  limitranges: () => plain(""),
  "horizontalpodautoscalers.autoscaling": autoscalerStatus,
  "poddisruptionbudgets.policy": budgetStatus,
};

/** How the object is; of a kind that nobody here knows, what its conditions or its phase say. */
export function statusOf(kind: string, object: ViewedObject): RowStatus {
  if (object.metadata?.deletionTimestamp !== undefined) return { state: "ending", status: "Terminating" };
  return (STATUS[kind] ?? customStatus)(object);
}

function plain(status: string): RowStatus {
  return { state: "none", status };
}

function counted(count: number, what: string): string {
  return `${String(count)} ${count === 1 ? what : `${what}s`}`;
}

function serviceStatus({ spec, status }: ViewedObject): RowStatus {
  const ports = listIn<{ port?: number }>(spec, "ports").map(({ port }) => String(port ?? ""));
  const type = textIn(spec, "type") || "ClusterIP";
  const address = textIn(spec, "clusterIP");
  const shown = type === "ExternalName" ? textIn(spec, "externalName") : address;
  const isPending =
    type === "LoadBalancer" &&
    listIn((status?.["loadBalancer"] ?? {}) as Record<string, unknown>, "ingress").length === 0;
  const words = [type, shown === "None" ? "headless" : shown].filter(Boolean).join(" ");
  const text = ports.length === 0 ? words : `${words} : ${ports.join(", ")}`;
  return isPending ? { state: "waiting", status: `${text}, no address yet` } : plain(text);
}

function ingressStatus({ spec }: ViewedObject): RowStatus {
  const hosts = listIn<{ host?: string }>(spec, "rules").map(({ host }) => host ?? "*");
  return plain(hosts.join(", "));
}

function networkPolicyStatus({ spec }: ViewedObject): RowStatus {
  const selector = (spec?.["podSelector"] ?? {}) as {
    matchLabels?: Record<string, string>;
    matchExpressions?: unknown;
  };
  const labels = Object.entries(selector.matchLabels ?? {}).map(([name, value]) => `${name}=${value}`);
  if (labels.length === 0 && selector.matchExpressions === undefined) return plain("for all pods");
  return plain(`for pods with ${labels.join(", ") || "an expression"}`);
}

/** Never a value: a Secret's are shown to nobody who has not asked. */
function keysStatus(object: ViewedObject): RowStatus {
  const keys = ["data", "binaryData", "stringData"].flatMap((part) => Object.keys(object[part] ?? {}));
  const type = typeof object["type"] === "string" && object["type"] !== "Opaque" ? [object["type"]] : [];
  return plain([...type, keys.length === 0 ? "empty" : keys.join(", ")].join(": "));
}

function claimStatus({ status, spec }: ViewedObject): RowStatus {
  const phase = textIn(status, "phase") || "Pending";
  const asked = (spec?.["resources"] ?? {}) as { requests?: { storage?: string } };
  const state = { Bound: "ok", Lost: "failed" } as const;
  const words = [phase, asked.requests?.storage].filter(Boolean).join(", ");
  return { state: state[phase as keyof typeof state] ?? "waiting", status: words };
}

function bindingStatus(object: ViewedObject): RowStatus {
  const role = (object["roleRef"] ?? {}) as { kind?: string; name?: string };
  const subjects = listIn<{ kind?: string; name?: string }>(object, "subjects");
  const names = subjects.map(({ name }) => name ?? "").join(", ");
  return plain(`${role.kind ?? "Role"} ${role.name ?? ""} to ${names || "nobody"}`);
}

/** What is nearest to its bound comes first. */
function quotaStatus({ status, spec }: ViewedObject): RowStatus {
  const hard = (status?.["hard"] ?? spec?.["hard"] ?? {}) as Record<string, string>;
  const used = (status?.["used"] ?? {}) as Record<string, string>;
  const names = Object.keys(hard).filter((name) => used[name] !== undefined && used[name] !== "0");
  const words = names
    .slice(0, MAX_QUOTA_PARTS)
    .map((name) => `${name} ${used[name] ?? ""}/${hard[name] ?? ""}`);
  return plain(words.join(", ") || counted(Object.keys(hard).length, "bound"));
}

/** A line is for a look; the rest is in its YAML. */
const MAX_QUOTA_PARTS = 3;

function autoscalerStatus({ spec, status }: ViewedObject): RowStatus {
  const bounds = `${String(numberIn(spec, "minReplicas", 1))} to ${String(numberIn(spec, "maxReplicas"))}`;
  return plain(`${String(numberIn(status, "currentReplicas"))} replicas, ${bounds} allowed`);
}

function budgetStatus({ status }: ViewedObject): RowStatus {
  return plain(`${counted(numberIn(status, "disruptionsAllowed"), "disruption")} allowed`);
}

/** What kinds of others say of themselves by convention (Kubernetes API conventions, "Typical status properties"). */
function customStatus(object: ViewedObject): RowStatus {
  const told = conditionsOf(object).find(({ type }) => type === "Ready" || type === "Available");
  if (told !== undefined) {
    const detail = told.status === "True" || !told.message ? {} : { detail: told.message };
    const state = ({ True: "ok", False: "failed" } as const)[told.status as "True" | "False"] ?? "waiting";
    const words = told.status === "True" ? told.type : (told.reason ?? `not ${told.type ?? "ready"}`);
    return { state, status: words ?? "", ...detail };
  }
  return plain(textIn(object.status, "phase") || textIn(object.status, "state"));
}
