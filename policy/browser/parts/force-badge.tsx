import type { ReactElement } from "react";
import type { PolicyView } from "../../common/tmc-api.js";

/** Says whether the cluster already judges by this policy, and in how many namespaces. */
export function ForceBadge({ policy: { spec, status } }: { policy: PolicyView }): ReactElement {
  if (!status.inForce) {
    return (
      <span className="badge badge--warning" title={status.message}>
        Not in force yet
      </span>
    );
  }
  const where = status.namespaces === 1 ? "1 namespace" : `${status.namespaces} namespaces`;
  return (
    <>
      <span className={`badge ${spec.input.audit ? "badge--info" : "badge--success"}`}>
        {spec.input.audit ? "Dry run" : "✓ In force"}
      </span>
      <span className="registry__scope">{where}</span>
    </>
  );
}
