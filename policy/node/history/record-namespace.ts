import type { V1Namespace } from "@kubernetes/client-node";

import type { PolicyContext } from "../context.js";
import { writeChange } from "./record-change.js";

export type NamespaceAction = "attached" | "moved" | "labelled" | "detached";

/** The namespace that is meant by what a change is of: on a member, the cluster stands before it. */
export function namespaceOf(of: string): { cluster?: string; namespace: string } {
  const [first = "", second] = of.split("/");
  return second === undefined ? { namespace: first } : { cluster: first, namespace: second };
}

/** What became of a namespace, and by whom. */
export interface RecordedNamespace {
  organization: string;
  workspace: string;
  cluster: string;
  user: string;
  action: NamespaceAction;
  /** Where it moved from. */
  from?: string | undefined;
}

/** Writes down where a namespace was put, and with which labels of its own; once for each `id`, whoever does so first. */
export function recordNamespace(
  context: PolicyContext,
  change: RecordedNamespace & { id: string; namespace: string },
  { metadata: { uid = "", labels = {} } = {} }: V1Namespace,
): Promise<void> {
  const { id, organization, workspace, cluster, namespace, user, action, from } = change;
  const own = Object.fromEntries(Object.entries(labels).filter(([key]) => !key.includes("/")));
  return writeChange(context, {
    id: `${uid}.${id}`,
    address: { organization, workspace },
    kind: "namespace",
    of: context.place ? `${cluster}/${namespace}` : namespace,
    ...(from !== undefined && { from }),
    action,
    user,
    ...(action !== "detached" && { state: { workspace, cluster, labels: own } }),
  });
}
