import type { ApiService, UserInfo } from "../../api/service.js";
import { StatusError } from "../../api/status.js";
import type { CompiledPolicy } from "./compiled-policy.js";
import { compileFailures } from "./compiled-policy.js";
import type { PolicyObject } from "./policy-types.js";
import { POLICY_GROUP } from "./policy-types.js";

const CONTROLLER: UserInfo = {
  name: "system:serviceaccount:kube-system:validatingadmissionpolicy-status-controller",
  groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
};

/** Records in `status` which generation was compiled and what is wrong with it, as the controller manager does. */
export async function writePolicyStatus(
  api: ApiService,
  policy: PolicyObject,
  compiled: CompiledPolicy,
): Promise<void> {
  const { generation } = policy.metadata;
  const status = policy["status"] as { observedGeneration?: number } | undefined;
  if (generation === undefined || status?.observedGeneration === generation) return;
  const expressionWarnings = [...compileFailures(compiled)].map(({ field, program }) => ({
    fieldRef: field,
    warning: program.error,
  }));
  const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings } : {};
  const ref = {
    group: POLICY_GROUP,
    version: "v1",
    resource: "validatingadmissionpolicies",
    subresource: "status",
  };
  const updated = { ...policy, status: { ...status, observedGeneration: generation, typeChecking } };
  try {
    await api.update(ref, updated, { user: CONTROLLER });
  } catch (error) {
    // A newer generation or its removal: the event of that write brings us back.
    if (!(error instanceof StatusError)) throw error;
  }
}
