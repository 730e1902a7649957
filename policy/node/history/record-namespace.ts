import type { V1Namespace } from "@kubernetes/client-node";

import type { PolicyContext } from "../context.js";
import { writeChange } from "./record-change.js";

export type NamespaceAction = "attached" | "moved" | "labelled" | "detached";

/** The namespace that is meant by what a change is of: on a member, the cluster stands before it. */
export function namespaceOf(of: string): { cluster?: string; namespace: string } {
  const [first = "", second] = of.split("/");
  return second === undefined ? { namespace: first } : { cluster: first, namespace: second };
}

/** Writes down where a namespace was put, and with which labels of its own. */
export function recordNamespace(
  context: PolicyContext,
  change: {
    organization: string;
    workspace: string;
    cluster: string;
    namespace: string;
    user: string;
    action: NamespaceAction;
    /** Where it moved from. */
    from?: string;
  },
  { metadata: { uid = "", resourceVersion = "", labels = {} } = {} }: V1Namespace,
): Promise<void> {
  const { organization, workspace, cluster, namespace, user, action, from } = change;
  const own = Object.fromEntries(Object.entries(labels).filter(([key]) => !key.includes("/")));
  return writeChange(context, {
    id: `${uid}.${resourceVersion}`,
    address: { organization, workspace },
    kind: "namespace",
    of: context.place ? `${cluster}/${namespace}` : namespace,
    ...(from !== undefined && { from }),
    action,
    user,
    ...(action !== "detached" && { state: { workspace, cluster, labels: own } }),
  });
}
