import { admissionBinding, admissionPolicy, type Manifest } from "./admission-objects.js";
import { DENIAL, judgingVariables, POD, type Variable, WORKLOAD } from "./engine-expressions.js";
import {
  AUDIT_CONFIG_MAP,
  AUDIT_PROBE_ANSWER,
  ENFORCED_CONFIG_MAP,
  ENGINE_NAMES,
  MANAGED_LABEL,
  POLICY_GROUP,
  POLICY_VERSION,
  PROBE_ANSWER,
  PROBE_LABEL,
} from "./engine-names.js";
import { guardManifests } from "./guard-manifests.js";

const PARAM_KIND = { apiVersion: "v1", kind: "ConfigMap" };

const POD_RULES = [
  {
    apiGroups: [""],
    apiVersions: ["v1"],
    operations: ["CREATE", "UPDATE"],
    resources: ["pods", "pods/ephemeralcontainers"],
  },
];

const WORKLOAD_RULES = [
  {
    apiGroups: ["apps"],
    apiVersions: ["v1"],
    operations: ["CREATE", "UPDATE"],
    resources: ["deployments", "statefulsets", "daemonsets"],
  },
  {
    apiGroups: ["batch"],
    apiVersions: ["v1"],
    operations: ["CREATE", "UPDATE"],
    resources: ["jobs", "cronjobs"],
  },
];

/**
 * The whole engine: one policy and one binding that refuse pods by the ConfigMap of their namespace, their audit-only twin, one that only warns about
 * workload templates, and the guards. None of it grows with sessions or policies.
 */
export function engineManifests(): Manifest[] {
  return [
    judge(ENGINE_NAMES.enforce, {
      failurePolicy: "Fail",
      rules: POD_RULES,
      variables: POD_VARIABLES,
      probe: PROBE_ANSWER,
    }),
    binding(ENGINE_NAMES.enforce, ENGINE_NAMES.enforce, ENFORCED_CONFIG_MAP, ["Deny"]),
    judge(ENGINE_NAMES.audit, {
      failurePolicy: "Ignore",
      rules: POD_RULES,
      variables: POD_VARIABLES,
      probe: AUDIT_PROBE_ANSWER,
    }),
    binding(ENGINE_NAMES.audit, ENGINE_NAMES.audit, AUDIT_CONFIG_MAP, ["Warn", "Audit"]),
    judge(ENGINE_NAMES.workloads, {
      failurePolicy: "Ignore",
      rules: WORKLOAD_RULES,
      variables: WORKLOAD_VARIABLES,
    }),
    binding(ENGINE_NAMES.workloads, ENGINE_NAMES.workloads, ENFORCED_CONFIG_MAP, ["Warn"]),
    binding(ENGINE_NAMES.workloadsAudit, ENGINE_NAMES.workloads, AUDIT_CONFIG_MAP, ["Warn"]),
    ...guardManifests(),
    ...parameterReader(),
  ];
}

/**
 * Judges nothing, and stays when the rest is taken away: an API server that has once lost its last bound policy with a ConfigMap as
 * parameter reads none for any policy until it is started again (https://github.com/kubernetes/kubernetes/issues/130887).
 */
function parameterReader(): Manifest[] {
  const rule = {
    apiGroups: [POLICY_GROUP],
    apiVersions: [POLICY_VERSION],
    operations: ["CREATE"],
    resources: ["nothing"],
  };
  const name = ENGINE_NAMES.parameterReader;
  return [
    admissionPolicy(name, {
      failurePolicy: "Ignore",
      paramKind: PARAM_KIND,
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: "true" }],
    }),
    admissionBinding(name, {
      policyName: name,
      validationActions: ["Audit"],
      paramRef: { name: ENFORCED_CONFIG_MAP, parameterNotFoundAction: "Allow" },
    }),
  ];
}

const POD_VARIABLES = [
  ...judgingVariables(POD),
  {
    name: "isProbe",
    expression: `has(object.metadata.labels) && "${PROBE_LABEL}" in object.metadata.labels`,
  },
];

const WORKLOAD_VARIABLES = judgingVariables(WORKLOAD);

interface Judge {
  failurePolicy: "Fail" | "Ignore";
  rules: object[];
  variables: Variable[];
  /** Answers pods with the probe label by this text and the revision of the parameters. */
  probe?: string;
}

function judge(name: string, { failurePolicy, rules, variables, probe }: Judge): Manifest {
  const probing = {
    expression: "!variables.isProbe",
    reason: "Forbidden",
    message: "a probe is never admitted",
    messageExpression: `"${probe}" + params.metadata.resourceVersion`,
  };
  // A probe is refused without being judged, so that it costs little to ask.
  const isProbe = probe === undefined ? "false" : "variables.isProbe";
  const judging = {
    expression: `${isProbe} || variables.violations.size() == 0`,
    reason: "Forbidden",
    message: "an image is refused by the image policies of this namespace",
    messageExpression: `${isProbe} ? "" : ${DENIAL}`,
  };
  return admissionPolicy(name, {
    failurePolicy,
    paramKind: PARAM_KIND,
    matchConstraints: { resourceRules: rules },
    variables,
    validations: probe === undefined ? [judging] : [probing, judging],
  });
}

function binding(name: string, policyName: string, configMap: string, validationActions: string[]): Manifest {
  const isEnforced = validationActions.includes("Deny");
  return admissionBinding(name, {
    policyName,
    validationActions,
    paramRef: { name: configMap, parameterNotFoundAction: isEnforced ? "Deny" : "Allow" },
    matchResources: {
      namespaceSelector: { matchExpressions: [{ key: MANAGED_LABEL, operator: "In", values: ["true"] }] },
    },
  });
}
