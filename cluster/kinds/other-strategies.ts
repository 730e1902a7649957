import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { isRecord, recordAt, recordsAt, setDefault } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { apiServiceStrategy } from "./api-service-strategy.js";
import { signingRequestStrategy } from "./signing-request-strategy.js";
import { validateIngress, validateIngressClass, validateNetworkPolicy } from "./network-validation.js";
import {
  validateAutoscaler,
  validateDisruptionBudget,
  validateLease,
  validatePriorityClass,
} from "./policy-validation.js";
import { validateStorageClass } from "./storage-validation.js";
import type { KindStrategy } from "./strategy.js";

const RBAC_GROUP = "rbac.authorization.k8s.io";

const CPU_METRIC = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
};

const SUBJECT_KINDS = ["ServiceAccount", "User", "Group"];

const binding: KindStrategy = {
  validate: validateBinding,
  setDefaults: bindingDefaults,
  validateUpdate: (object, old, errors) => {
    if (isDeepStrictEqual(object["roleRef"], old["roleRef"])) return;
    const { apiGroup, kind, name } = recordAt(object, "roleRef") ?? {};
    errors.invalid("roleRef", { APIGroup: apiGroup, Kind: kind, Name: name }, "cannot change roleRef");
  },
};

const webhooks: KindStrategy = {
  hasGeneration: true,
  setDefaults: (object) => {
    for (const webhook of recordsAt(object, "webhooks")) {
      setDefault(webhook, "failurePolicy", "Fail");
      setDefault(webhook, "timeoutSeconds", 10);
      matchDefaults(webhook);
      for (const rule of recordsAt(webhook, "rules")) setDefault(rule, "scope", "*");
      const service = recordAt(webhook, "clientConfig.service");
      if (service !== undefined) setDefault(service, "port", 443);
      if (object.kind === "MutatingWebhookConfiguration") setDefault(webhook, "reinvocationPolicy", "Never");
    }
  },
  validate: (object, errors) => {
    recordsAt(object, "webhooks").forEach((webhook, i) => validateWebhook(webhook, `webhooks[${i}]`, errors));
  },
};

/** Kinds of the smaller groups. */
export const otherStrategies: Record<string, KindStrategy> = {
  [`${RBAC_GROUP}/Role`]: { setDefaults: rulesDefault, validate: validateRules },
  [`${RBAC_GROUP}/ClusterRole`]: { setDefaults: rulesDefault, validate: validateRules },
  [`${RBAC_GROUP}/RoleBinding`]: binding,
  [`${RBAC_GROUP}/ClusterRoleBinding`]: binding,
  "networking.k8s.io/NetworkPolicy": {
    hasGeneration: true,
    setDefaults: networkPolicyDefaults,
    validate: validateNetworkPolicy,
  },
  "networking.k8s.io/Ingress": {
    hasGeneration: true,
    prepareCreate: (ingress) => (ingress["status"] = { loadBalancer: {} }),
    validate: validateIngress,
  },
  "networking.k8s.io/IngressClass": { hasGeneration: true, validate: validateIngressClass },
  "policy/PodDisruptionBudget": { hasGeneration: true, validate: validateDisruptionBudget },
  "coordination.k8s.io/Lease": { validate: validateLease },
  "discovery.k8s.io/EndpointSlice": {
    hasGeneration: true,
    setDefaults: (object) => {
      for (const port of recordsAt(object, "ports")) {
        setDefault(port, "name", "");
        setDefault(port, "protocol", "TCP");
      }
    },
  },
  "autoscaling/HorizontalPodAutoscaler": {
    setDefaults: (object) => {
      setDefault(object["spec"], "minReplicas", 1);
      if (object.apiVersion === "autoscaling/v2") setDefault(object["spec"], "metrics", [CPU_METRIC]);
    },
    validate: validateAutoscaler,
  },
  "apiregistration.k8s.io/APIService": apiServiceStrategy,
  "certificates.k8s.io/CertificateSigningRequest": signingRequestStrategy,
  "storage.k8s.io/StorageClass": {
    setDefaults: (object) => {
      setDefault(object, "reclaimPolicy", "Delete");
      setDefault(object, "volumeBindingMode", "Immediate");
    },
    validate: validateStorageClass,
  },
  "scheduling.k8s.io/PriorityClass": {
    hasGeneration: true,
    setDefaults: (object) => setDefault(object, "preemptionPolicy", "PreemptLowerPriority"),
    validate: validatePriorityClass,
  },
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": webhooks,
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": webhooks,
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy": {
    hasGeneration: true,
    setDefaults: (object) => {
      setDefault(object["spec"], "failurePolicy", "Fail");
      matchDefaults(recordAt(object, "spec.matchConstraints"));
    },
  },
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": {
    hasGeneration: true,
    setDefaults: (object) => matchDefaults(recordAt(object, "spec.matchResources")),
  },
};

function bindingDefaults(object: ApiObject): void {
  const roleRef = recordAt(object, "roleRef");
  if (roleRef !== undefined && !roleRef["apiGroup"]) roleRef["apiGroup"] = RBAC_GROUP;
  for (const subject of recordsAt(object, "subjects")) {
    const isPerson = subject["kind"] === "User" || subject["kind"] === "Group";
    if (isPerson) setDefault(subject, "apiGroup", RBAC_GROUP);
  }
}

function validateBinding(object: ApiObject, errors: FieldErrors): void {
  const { kind, name } = recordAt(object, "roleRef") ?? {};
  const roles = object.kind === "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (typeof kind !== "string" || !roles.includes(kind))
    errors.unsupported("roleRef.kind", kind ?? "", roles);
  if (name === undefined || name === "") errors.required("roleRef.name");
  recordsAt(object, "subjects").forEach((subject, i) => {
    const known = typeof subject["kind"] === "string" && SUBJECT_KINDS.includes(subject["kind"]);
    if (!known) errors.unsupported(`subjects[${i}].kind`, subject["kind"] ?? "", SUBJECT_KINDS);
  });
}

/** Go writes an absent list of rules as null. */
function rulesDefault(object: ApiObject): void {
  if (object["rules"] === undefined) object["rules"] = null;
}

function validateRules(object: ApiObject, errors: FieldErrors): void {
  recordsAt(object, "rules").forEach((rule, i) => {
    const has = (field: string): boolean => Array.isArray(rule[field]) && rule[field].length > 0;
    if (!has("verbs")) errors.required(`rules[${i}].verbs`, "verbs must contain at least one value");
    if (has("nonResourceURLs")) {
      const why = "namespaced rules cannot apply to non-resource URLs";
      if (object.kind === "Role") errors.invalid(`rules[${i}].nonResourceURLs`, rule["nonResourceURLs"], why);
      return;
    }
    if (!has("apiGroups"))
      errors.required(`rules[${i}].apiGroups`, "resource rules must supply at least one api group");
    if (!has("resources"))
      errors.required(`rules[${i}].resources`, "resource rules must supply at least one resource");
  });
}

function networkPolicyDefaults(object: ApiObject): void {
  const spec = object["spec"];
  if (!isRecord(spec)) return;
  const hasEgress = recordsAt(spec, "egress").length > 0;
  spec["policyTypes"] ??= hasEgress ? ["Ingress", "Egress"] : ["Ingress"];
  for (const rule of [...recordsAt(spec, "ingress"), ...recordsAt(spec, "egress")]) {
    for (const port of recordsAt(rule, "ports")) setDefault(port, "protocol", "TCP");
  }
}

function validateWebhook(webhook: JsonObject, field: string, errors: FieldErrors): void {
  const { url, service } = recordAt(webhook, "clientConfig") ?? {};
  if ((url === undefined) === (service === undefined)) {
    errors.required(`${field}.clientConfig`, "exactly one of url or service is required");
  }
  if (typeof url === "string" && !/^https:\/\/./.test(url)) {
    errors.invalid(`${field}.clientConfig.url`, url, "'https' is the only allowed URL scheme");
  } else if (typeof url === "string" && !URL.canParse(url)) {
    errors.required(`${field}.clientConfig.url`, "url must be a valid URL");
  }
  const { timeoutSeconds: seconds } = webhook;
  if (typeof seconds === "number" && (seconds < 1 || seconds > 30))
    errors.invalid(`${field}.timeoutSeconds`, seconds, "the timeout value must be between 1 and 30 seconds");
}

function matchDefaults(match: JsonObject | undefined): void {
  if (match === undefined) return;
  setDefault(match, "matchPolicy", "Equivalent");
  setDefault(match, "namespaceSelector", {});
  setDefault(match, "objectSelector", {});
  for (const list of ["resourceRules", "excludeResourceRules"]) {
    for (const rule of recordsAt(match, list)) setDefault(rule, "scope", "*");
  }
}
