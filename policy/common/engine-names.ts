/** The group of our custom resources; also the suffix of the names of the engine's objects. */
export const POLICY_GROUP = "policy.lectern.dev";

export const POLICY_VERSION = "v1alpha1";

/** Labels that make a namespace a member of the hierarchy; nobody but the controller may change them. */
export const MANAGED_LABEL = "tmc.cloud.vmware.com/managed";
export const WORKSPACE_LABEL = "tmc.cloud.vmware.com/workspace";
export const CLUSTER_LABEL = "policy.lectern.dev/cluster";
export const ORGANIZATION_LABEL = "policy.lectern.dev/organization";

/** Marks a namespace whose last change is not in the history yet. */
export const UNWRITTEN_LABEL = "policy.lectern.dev/unwritten";

/** Prefixes of labels the guard protects. */
export const GUARDED_LABEL_PREFIXES = ["tmc.cloud.vmware.com/", "policy.lectern.dev/"] as const;

/** ConfigMaps of a managed namespace: what refuses pods there, and what only warns. */
export const ENFORCED_CONFIG_MAP = "lectern-image-policies";
export const AUDIT_CONFIG_MAP = "lectern-image-policies-audit";

/** ConfigMap of the engine's namespace on a further cluster: until when its policies hold without word from Lectern, by organization. */
export const LEASE_CONFIG_MAP = "lectern-policy-lease";

/** Marks those ConfigMaps, so that one watch sees all of them. */
export const PARAMETERS_LABEL = "policy.lectern.dev/parameters";

/** A pod with this label is never admitted; the refusal tells which parameters the API server judges by. */
export const PROBE_LABEL = "policy.lectern.dev/probe";

/** What the refusal of a probe begins with; the resourceVersion of the parameters follows. */
export const PROBE_ANSWER = "image policies in force at revision ";

/** What the warning about a probe begins with, where audit-only policies are in force. */
export const AUDIT_PROBE_ANSWER = "audit-only image policies in force at revision ";

/** Names of the ValidatingAdmissionPolicies and of their bindings. */
export const ENGINE_NAMES = {
  enforce: "image-policies.policy.lectern.dev",
  audit: "image-policies-audit.policy.lectern.dev",
  workloads: "image-policies-workloads.policy.lectern.dev",
  workloadsAudit: "image-policies-workloads-audit.policy.lectern.dev",
  /** Only on further clusters, and only where the operator limits how long they admit without word. */
  lease: "image-policies-lease.policy.lectern.dev",
  guardParameters: "guard-parameters.policy.lectern.dev",
  guardLabels: "guard-namespace-labels.policy.lectern.dev",
  parameterReader: "parameter-reader.policy.lectern.dev",
} as const;
