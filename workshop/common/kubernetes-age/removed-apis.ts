/** A key of an object's `spec`. */
export type SpecKey = "selector" | "updateStrategy";

/** What Kubernetes no longer serves: one version of a group, for some of its kinds. */
export interface RemovedApi {
  apiVersion: string;
  kinds: readonly string[];
  /** The first version of Kubernetes without it. */
  since: string;
  /** The version that has taken its place; absent where nothing has. */
  now?: string;
  /** What else has to be written otherwise; where absent, the same object is valid with the new version. */
  differs?: string;
  /** What the new version demands, or fills in otherwise than the old one did: as long as the object has it, the rest is the same. */
  needs?: readonly SpecKey[];
}

const APPS = { since: "1.16", now: "apps/v1", needs: ["selector"] } as const;
/** Without a strategy the old versions replaced pods only when somebody deleted them. */
const BY_HAND = { ...APPS, needs: ["selector", "updateStrategy"] } as const;
const INGRESS = {
  kinds: ["Ingress"],
  since: "1.22",
  now: "networking.k8s.io/v1",
  differs:
    "serviceName and servicePort become service.name and service.port.number below backend, backend of spec becomes defaultBackend, and each path needs a pathType",
} as const;
const NO_POD_SECURITY_POLICY = {
  kinds: ["PodSecurityPolicy"],
  since: "1.25",
  differs:
    "use the labels pod-security.kubernetes.io/enforce of namespaces, or an admission policy, in its place",
} as const;
const SAME_IN_V1: readonly (readonly [group: string, kinds: readonly string[], since: string])[] = [
  ["apiregistration.k8s.io", ["APIService"], "1.22"],
  ["authentication.k8s.io", ["TokenReview"], "1.22"],
  ["coordination.k8s.io", ["Lease"], "1.22"],
  ["networking.k8s.io", ["IngressClass"], "1.22"],
  ["rbac.authorization.k8s.io", ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"], "1.22"],
  ["scheduling.k8s.io", ["PriorityClass"], "1.22"],
  ["storage.k8s.io", ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], "1.22"],
  ["batch", ["CronJob"], "1.25"],
  ["node.k8s.io", ["RuntimeClass"], "1.25"],
  ["storage.k8s.io", ["CSIStorageCapacity"], "1.27"],
];

/** The table, after Kubernetes' guide to deprecated APIs (kubernetes.io/docs/reference/using-api/deprecation-guide). */
const REMOVED_APIS: readonly RemovedApi[] = [
  { ...APPS, apiVersion: "extensions/v1beta1", kinds: ["Deployment", "ReplicaSet"] },
  { ...BY_HAND, apiVersion: "extensions/v1beta1", kinds: ["DaemonSet"] },
  { ...APPS, apiVersion: "apps/v1beta1", kinds: ["Deployment"] },
  { ...BY_HAND, apiVersion: "apps/v1beta1", kinds: ["StatefulSet"] },
  {
    ...APPS,
    apiVersion: "apps/v1beta2",
    kinds: ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
  },
  {
    apiVersion: "extensions/v1beta1",
    kinds: ["NetworkPolicy"],
    since: "1.16",
    now: "networking.k8s.io/v1",
  },
  { ...INGRESS, apiVersion: "extensions/v1beta1" },
  { ...INGRESS, apiVersion: "networking.k8s.io/v1beta1" },
  { ...NO_POD_SECURITY_POLICY, apiVersion: "extensions/v1beta1", since: "1.16" },
  { ...NO_POD_SECURITY_POLICY, apiVersion: "policy/v1beta1" },
  {
    apiVersion: "settings.k8s.io/v1alpha1",
    kinds: ["PodPreset"],
    since: "1.20",
    differs: "write what it adds into the pods themselves",
  },
  { apiVersion: "batch/v2alpha1", kinds: ["CronJob"], since: "1.21", now: "batch/v1" },
  ...SAME_IN_V1.map(([group, kinds, since]) => ({
    apiVersion: `${group}/v1beta1`,
    kinds,
    since,
    now: `${group}/v1`,
  })),
  {
    apiVersion: "rbac.authorization.k8s.io/v1alpha1",
    kinds: ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
    since: "1.22",
    now: "rbac.authorization.k8s.io/v1",
    differs: "apiVersion of subjects becomes apiGroup, and the user * the group system:authenticated",
  },
  {
    apiVersion: "authorization.k8s.io/v1beta1",
    kinds: [
      "LocalSubjectAccessReview",
      "SelfSubjectAccessReview",
      "SelfSubjectRulesReview",
      "SubjectAccessReview",
    ],
    since: "1.22",
    now: "authorization.k8s.io/v1",
    differs: "spec.group becomes spec.groups",
  },
  {
    apiVersion: "admissionregistration.k8s.io/v1beta1",
    kinds: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"],
    since: "1.22",
    now: "admissionregistration.k8s.io/v1",
    differs:
      "each webhook needs sideEffects and admissionReviewVersions, and failurePolicy is Fail unless it says otherwise",
  },
  {
    apiVersion: "apiextensions.k8s.io/v1beta1",
    kinds: ["CustomResourceDefinition"],
    since: "1.22",
    now: "apiextensions.k8s.io/v1",
    differs:
      "scope and versions are needed, and each version has its own schema, subresources and printer columns",
  },
  {
    apiVersion: "certificates.k8s.io/v1beta1",
    kinds: ["CertificateSigningRequest"],
    since: "1.22",
    now: "certificates.k8s.io/v1",
    differs: "signerName and usages are needed",
  },
  {
    apiVersion: "discovery.k8s.io/v1beta1",
    kinds: ["EndpointSlice"],
    since: "1.25",
    now: "discovery.k8s.io/v1",
    differs: "topology of endpoints becomes nodeName and zone",
  },
  {
    apiVersion: "events.k8s.io/v1beta1",
    kinds: ["Event"],
    since: "1.25",
    now: "events.k8s.io/v1",
    differs: "type and reason have set values, and old fields have new names",
  },
  {
    apiVersion: "policy/v1beta1",
    kinds: ["PodDisruptionBudget"],
    since: "1.25",
    now: "policy/v1",
    differs: "an empty selector now means all pods of the namespace",
  },
  {
    apiVersion: "autoscaling/v2beta1",
    kinds: ["HorizontalPodAutoscaler"],
    since: "1.25",
    now: "autoscaling/v2",
    differs: "targetAverageUtilization and its like become target.averageUtilization below each metric",
  },
  {
    apiVersion: "autoscaling/v2beta2",
    kinds: ["HorizontalPodAutoscaler"],
    since: "1.26",
    now: "autoscaling/v2",
  },
  ...(
    [
      ["v1beta1", "1.26"],
      ["v1beta2", "1.29"],
      ["v1beta3", "1.32"],
    ] as const
  ).map(([version, since]) => ({
    apiVersion: `flowcontrol.apiserver.k8s.io/${version}`,
    kinds: ["FlowSchema", "PriorityLevelConfiguration"],
    since,
    now: "flowcontrol.apiserver.k8s.io/v1",
    differs: "assuredConcurrencyShares becomes nominalConcurrencyShares",
  })),
];

const BY_NAME = new Map(
  REMOVED_APIS.flatMap((removed) =>
    removed.kinds.map((kind) => [`${removed.apiVersion} ${kind}`, removed] as const),
  ),
);

/** What became of a kind of that version, where Kubernetes no longer serves it. */
export function removedApi(apiVersion: string, kind: string): RemovedApi | undefined {
  return BY_NAME.get(`${apiVersion} ${kind}`);
}
