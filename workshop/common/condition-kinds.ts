import { POLICY_API_PATH } from "./session.js";

/** A kind that conditions speak of: where the API serves it, and what people call it. */
export interface ConditionKind {
  /** Base of the address of its API, such as `/apis/apps/v1`. */
  path: string;
  plural: string;
  title: string;
  titles: string;
  /** Whether its objects belong to no namespace; so does the namespace itself. */
  isClusterWide?: boolean;
}

type KindRow = [word: string, path: string, title: string, shortName?: string | undefined, plural?: string];

/** Words and short names as kubectl knows them. */
const ROWS: KindRow[] = [
  ["event", "/api/v1", "event", "ev"],
  ["pod", "/api/v1", "pod", "po"],
  ["deployment", "/apis/apps/v1", "deployment", "deploy"],
  ["replicaset", "/apis/apps/v1", "replica set", "rs"],
  ["statefulset", "/apis/apps/v1", "stateful set", "sts"],
  ["daemonset", "/apis/apps/v1", "daemon set", "ds"],
  ["job", "/apis/batch/v1", "job"],
  ["cronjob", "/apis/batch/v1", "cron job", "cj"],
  ["service", "/api/v1", "service", "svc"],
  ["endpointslice", "/apis/discovery.k8s.io/v1", "endpoint slice"],
  ["ingress", "/apis/networking.k8s.io/v1", "ingress", "ing", "ingresses"],
  ["networkpolicy", "/apis/networking.k8s.io/v1", "network policy", "netpol", "networkpolicies"],
  ["configmap", "/api/v1", "config map", "cm"],
  ["secret", "/api/v1", "secret"],
  ["persistentvolumeclaim", "/api/v1", "persistent volume claim", "pvc"],
  ["serviceaccount", "/api/v1", "service account", "sa"],
  ["resourcequota", "/api/v1", "resource quota", "quota"],
  ["limitrange", "/api/v1", "limit range", "limits"],
  ["replicationcontroller", "/api/v1", "replication controller", "rc"],
  ["horizontalpodautoscaler", "/apis/autoscaling/v2", "horizontal pod autoscaler", "hpa"],
  ["poddisruptionbudget", "/apis/policy/v1", "pod disruption budget", "pdb"],
  ["role", "/apis/rbac.authorization.k8s.io/v1", "role"],
  ["rolebinding", "/apis/rbac.authorization.k8s.io/v1", "role binding"],
  ["namespace", "/api/v1", "namespace", "ns"],
  ["policy", POLICY_API_PATH, "policy", undefined, "imagepolicies"],
];

/** Kinds of the whole cluster, which a session has in a cluster of its own only. */
const CLUSTER_ROWS: KindRow[] = [
  ["node", "/api/v1", "node", "no"],
  ["persistentvolume", "/api/v1", "persistent volume", "pv"],
  ["clusterrole", "/apis/rbac.authorization.k8s.io/v1", "cluster role"],
  ["clusterrolebinding", "/apis/rbac.authorization.k8s.io/v1", "cluster role binding"],
  ["storageclass", "/apis/storage.k8s.io/v1", "storage class", "sc", "storageclasses"],
  ["priorityclass", "/apis/scheduling.k8s.io/v1", "priority class", "pc", "priorityclasses"],
  ["ingressclass", "/apis/networking.k8s.io/v1", "ingress class", undefined, "ingressclasses"],
  ["customresourcedefinition", "/apis/apiextensions.k8s.io/v1", "custom resource definition", "crd"],
  [
    "validatingadmissionpolicy",
    "/apis/admissionregistration.k8s.io/v1",
    "validating admission policy",
    undefined,
    "validatingadmissionpolicies",
  ],
  ["certificatesigningrequest", "/apis/certificates.k8s.io/v1", "certificate signing request", "csr"],
];

const KINDS = new Map<string, ConditionKind>();
const NAMES = new Map<string, string>();
for (const row of [...ROWS, ...CLUSTER_ROWS]) {
  const [word, path, title, shortName, plural = `${word}s`] = row;
  const titles = title.endsWith("y")
    ? `${title.slice(0, -1)}ies`
    : title.endsWith("s")
      ? `${title}es`
      : `${title}s`;
  KINDS.set(word, {
    path,
    plural,
    title,
    titles,
    ...(CLUSTER_ROWS.includes(row) && { isClusterWide: true }),
  });
  for (const name of [word, plural, titles.replaceAll(" ", ""), shortName]) if (name) NAMES.set(name, word);
}

/** The kinds that have words of their own. */
export const CONDITION_WORDS: readonly string[] = [...KINDS.keys()];

/** A kind of a custom resource as kubectl writes it, `widgets.v1.example.org`. */
const CUSTOM = /^([a-z][a-z0-9-]{0,62})\.(v\d+(?:(?:alpha|beta)\d+)?)\.([a-z0-9][a-z0-9.-]{0,252})$/;

/** The word of a kind however it was written: in the plural, by its short name, or as `resource.version.group`; undefined for none. */
export function kindWordOf(written: string): string | undefined {
  const word = written.toLowerCase();
  return NAMES.get(word) ?? (CUSTOM.test(word) ? word : undefined);
}

/** What the word of a kind stands for. */
export function kindOf(word: string): ConditionKind {
  const kind = KINDS.get(word);
  if (kind) return kind;
  const [, plural = word, version = "", group = ""] = CUSTOM.exec(word) ?? [];
  return { path: `/apis/${group}/${version}`, plural, title: `object of ${plural}`, titles: plural };
}
