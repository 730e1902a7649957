import type { KubeConfig } from "@kubernetes/client-node";

import { type ClusterClient, createClusterClient } from "./cluster-client.js";
import { MemberClients, type MemberOptions } from "./fleet/member-clients.js";
import { createHierarchyStore, type HierarchyStore } from "./hierarchy-store.js";
import { FollowUps } from "./follow-ups.js";
import { KnownScopes } from "./known-scopes.js";
import { HistoryTrimmer } from "./history/kept-changes.js";
import type { Logger } from "./logger.js";
import { PolicyStatuses } from "./policy-statuses.js";
import { NO_REGISTRIES, type Registries } from "./registry/registries.js";
import type { ImageVerifier } from "./verify/start-verifier.js";

/** What the parts of the policy service share. */
export interface PolicyContext {
  /** Of the cluster whose namespaces are meant: the home cluster, or the member of `place`. */
  client: ClusterClient;
  /** The hierarchy, which is in the home cluster. */
  store: HierarchyStore;
  logger: Logger;
  /** What nobody waits for to be written. */
  statuses: PolicyStatuses;
  history: HistoryTrimmer;
  followUps: FollowUps;
  /** What the last changes of policies were made with. */
  scopes: KnownScopes;
  /** The way to the other clusters. */
  members: MemberClients;
  /** Those that may be asked about images. */
  registries: Registries;
  /** Has images looked at that are in use; only on the server that leads. */
  verifier?: ImageVerifier;
  /** Absent in the home cluster. */
  place?: MemberPlace;
}

/** The member cluster that is meant. */
export interface MemberPlace {
  /** The name it is registered under. */
  cluster: string;
  organization: string;
  /** Whether the organization brought it, so that namespaces there which are nobody's are its own to attach. */
  isOpen: boolean;
}

/** Opens the context of the home cluster. */
export async function createPolicyContext(
  kubeConfig: KubeConfig,
  logger: Logger,
  members: MemberOptions = {},
  registries: Registries = NO_REGISTRIES,
): Promise<PolicyContext> {
  const client = await createClusterClient(kubeConfig);
  const store = createHierarchyStore(client);
  return {
    client,
    store,
    logger,
    statuses: new PolicyStatuses(store, logger),
    history: new HistoryTrimmer(store, logger),
    followUps: new FollowUps(),
    scopes: new KnownScopes(client.parameters),
    members: new MemberClients(client, members),
    registries,
  };
}
