import type { KubeConfig } from "@kubernetes/client-node";
import type { MemberOptions } from "../policy/node/fleet/member-clients.js";
import type { ServeConfig } from "./config.js";
import { readKubeconfig } from "./supervisor/preflight.js";

/** What the operator says of further clusters, with the kubeconfigs read. Throws SERVER_KUBECONFIG_INVALID. */
export async function memberOptions({
  members = {},
  allowClusters,
  memberLeaseMs,
}: Pick<ServeConfig, "members" | "allowClusters" | "memberLeaseMs">): Promise<MemberOptions> {
  const given = new Map<string, KubeConfig>();
  for (const [name, file] of Object.entries(members)) given.set(name, await readKubeconfig(file));
  return {
    given,
    ...(allowClusters && { allowed: allowClusters }),
    ...(memberLeaseMs !== undefined && { leaseMs: memberLeaseMs }),
  };
}
