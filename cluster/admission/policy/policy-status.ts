import type { ApiService, UserInfo } from "../../api/service.js";
import { StatusError } from "../../api/status.js";
import type { PolicyObject } from "./policy-types.js";
import { POLICY_GROUP } from "./policy-types.js";
import type { ServedKinds } from "./policy-types-check.js";
import { typeWarnings } from "./policy-types-check.js";

const CONTROLLER: UserInfo = {
  name: "system:serviceaccount:kube-system:validatingadmissionpolicy-status-controller",
  groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
};

/** Records in `status` which generation was looked at and what its types make doubtful, as the controller manager does. */
export async function writePolicyStatus(
  api: ApiService,
  policy: PolicyObject,
  served: ServedKinds,
): Promise<void> {
  const { generation } = policy.metadata;
  const status = policy["status"] as { observedGeneration?: number } | undefined;
  if (generation === undefined || status?.observedGeneration === generation) return;
  const expressionWarnings = typeWarnings(policy.spec, served);
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
