import { admissionBinding, admissionPolicy, type Manifest } from "./admission-objects.js";
import {
  AUDIT_CONFIG_MAP,
  ENFORCED_CONFIG_MAP,
  ENGINE_NAMES,
  GUARDED_LABEL_PREFIXES,
  LEASE_CONFIG_MAP,
} from "./engine-names.js";

/** Who deletes what is left in a namespace that ends; the second where the controllers share one account. */
const CLEARING = ["system:serviceaccount:kube-system:namespace-controller", "system:kube-controller-manager"];

/** By what the cluster lets an account do, and not by the name of whoever installed this last: several servers may, each by its own. */
const MAY_MAKE_POLICIES =
  'authorizer.group("policy.lectern.dev").resource("imagepolicies").check("create").allowed()';

/** Keeps everyone who may not make image policies from changing the parameters of a namespace or the labels that decide its membership. */
export function guardManifests(): Manifest[] {
  const isUntrusted = {
    name: "not-trusted",
    expression: `!(request.userInfo.username in ${JSON.stringify(CLEARING)} || ${MAY_MAKE_POLICIES})`,
  };
  // Not by the name in the request: where a whole collection is deleted, it has none.
  const isParameter = {
    name: "parameters",
    expression: `(request.operation == "CREATE" ? object : oldObject).metadata.name in ${JSON.stringify([ENFORCED_CONFIG_MAP, AUDIT_CONFIG_MAP, LEASE_CONFIG_MAP])}`,
  };
  return [
    guard(ENGINE_NAMES.guardParameters, {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE", "DELETE"],
            resources: ["configmaps"],
          },
        ],
      },
      matchConditions: [isParameter, isUntrusted],
      validations: [
        {
          expression: "false",
          reason: "Forbidden",
          message: "this ConfigMap holds the image policies of the namespace; change the policies instead",
        },
      ],
    }),
    binding(ENGINE_NAMES.guardParameters),
    guard(ENGINE_NAMES.guardLabels, {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [""],
            apiVersions: ["v1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["namespaces", "namespaces/status", "namespaces/finalize"],
          },
        ],
      },
      matchConditions: [isUntrusted],
      variables: [
        { name: "after", expression: guardedLabels("object") },
        { name: "before", expression: `request.operation == "CREATE" ? [] : ${guardedLabels("oldObject")}` },
      ],
      validations: [
        {
          expression:
            "variables.after.all(l, variables.before.exists(b, b == l)) && variables.before.all(b, variables.after.exists(l, l == b))",
          reason: "Forbidden",
          message: `labels beginning with ${GUARDED_LABEL_PREFIXES.join(" or ")} decide which image policies hold; attach or detach the namespace instead`,
        },
      ],
    }),
    binding(ENGINE_NAMES.guardLabels),
  ];
}

/** Lists `key=value` of the labels that matter. */
function guardedLabels(object: string): string {
  const isGuarded = GUARDED_LABEL_PREFIXES.map((prefix) => `k.startsWith("${prefix}")`).join(" || ");
  return `(has(${object}.metadata.labels) ? ${object}.metadata.labels.filter(k, ${isGuarded}).map(k, k + "=" + ${object}.metadata.labels[k]) : [])`;
}

function guard(name: string, spec: Record<string, unknown>): Manifest {
  return admissionPolicy(name, { failurePolicy: "Fail", ...spec });
}

function binding(name: string): Manifest {
  return admissionBinding(name, { policyName: name, validationActions: ["Deny"] });
}
