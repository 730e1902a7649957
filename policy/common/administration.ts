/** Kubernetes `OwnerReference` without the flags: deleting the owner deletes what carries it. */
export interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

/**
 * What a session needs done in the policy hierarchy. Each call is idempotent: what exists already is left as it is.
 * Everything made carries `owner`, so that ending the session removes it.
 */
export interface PolicyAdministration {
  createOrganization(name: string, owner: Owner): Promise<void>;
  /**
   * Removes the organization of this owner with all that is in it, at once: it would go with its owner in any case, but a cluster's garbage collector
   * may take most of a minute. An organization of another owner stays.
   */
  deleteOrganization(name: string, owner: Owner): Promise<void>;
  /**
   * Empties the organization of this owner, which stays without members until they are made again: its namespaces are in no workspace, and no
   * policy of it judges anything once this resolves. An organization of another owner stays as it is.
   */
  clearOrganization(name: string, owner: Owner): Promise<void>;
  createWorkspace(organization: string, workspace: string, owner: Owner): Promise<void>;
  /** Registers the cluster behind the kubeconfig under a name of the organization, as `tmc cluster attach` would. */
  registerCluster(organization: string, cluster: string, owner: Owner): Promise<void>;
  /** Creates or replaces a policy given as the TMC manifest (`fullName`, `spec`); resolves when it is in force. Throws POLICY_INVALID. */
  applyPolicy(organization: string, manifest: unknown): Promise<void>;
  /** Resolves when the policy no longer refuses anything. Throws POLICY_NOT_FOUND. */
  deletePolicy(organization: string, at: { workspace?: string; name: string }): Promise<void>;
}
