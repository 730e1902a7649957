import type { UserInfo, WriteOptions } from "../api/service.js";

const FIELD_MANAGER = "kube-controller-manager";

/** How a controller writes: under a service account of its own in `kube-system`, as a controller manager does. */
export function writesOf(controller: string): WriteOptions {
  const user: UserInfo = {
    name: `system:serviceaccount:kube-system:${controller}`,
    groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
  };
  return { user, fieldManager: FIELD_MANAGER };
}

/** How the scheduler and other parts that are no service accounts write. */
export function writesAs(name: string, ...groups: string[]): WriteOptions {
  const fieldManager = name.slice(name.lastIndexOf(":") + 1);
  return { user: { name, groups: [...groups, "system:authenticated"] }, fieldManager };
}
