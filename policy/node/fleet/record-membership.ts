import type { PolicyContext } from "../context.js";
import { writeChange } from "../history/record-change.js";
import type { ManagedClusterObject } from "../records.js";

/** Writes into the organization's history that a cluster came or went, without its kubeconfig. */
export function recordMembership(
  context: PolicyContext,
  { metadata: { uid = "" }, spec }: ManagedClusterObject,
  { user, action }: { user: string; action: "attached" | "detached" },
): Promise<void> {
  const { organization, name, member } = spec;
  const state = { cluster: name, server: member?.server ?? "", uid: member?.uid ?? "" };
  return writeChange(context, {
    id: `${uid}.${action}`,
    address: { organization },
    kind: "cluster",
    of: name,
    action,
    user,
    ...(action === "attached" && { state }),
  });
}
