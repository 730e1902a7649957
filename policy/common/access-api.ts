import type { Permissions, RoleBinding } from "./roles.js";
import type { Meta } from "./tmc-api.js";

/** Who may do what on one place. */
export interface AccessPolicy {
  /** `workspaceName` of a workspace, `orgId` of the organization. */
  fullName: { workspaceName?: string; orgId?: string };
  meta: Meta;
  roleBindings: RoleBinding[];
}

/** What bears on a place: its own and, on a workspace, the organization's before it. */
export interface AccessPolicyList {
  policyList: AccessPolicy[];
}

/** Who asks, and what they may do. */
export interface PermissionsView {
  user: string;
  groups: string[];
  permissions: Permissions;
}

/** What logs a user in to `tmc` and REST. */
export interface ApiToken {
  user: string;
  groups: string[];
  token: string;
}
