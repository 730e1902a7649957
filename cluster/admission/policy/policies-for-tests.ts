import type { TestApi } from "../api-for-tests.js";

/** Rules that match writes of ConfigMaps. */
export const CONFIG_MAPS = [
  { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] },
];

/** Parts of the specs of a policy and its binding. */
export interface Bound {
  policy?: object;
  binding?: object;
  name?: string;
}

/** Creates a policy that refuses every ConfigMap, and its binding `b`, changed by the given parts. */
export async function bindPolicy(cluster: TestApi, { policy, binding, name = "p" }: Bound): Promise<void> {
  const apiVersion = "admissionregistration.k8s.io/v1";
  await cluster.apply({
    apiVersion,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: CONFIG_MAPS },
      validations: [{ expression: "false" }],
      ...policy,
    },
  });
  await cluster.apply({
    apiVersion,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "b" },
    spec: { policyName: name, validationActions: ["Deny"], ...binding },
  });
}
