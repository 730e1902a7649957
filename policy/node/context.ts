import type { ClusterClient } from "./cluster-client.js";
import type { HierarchyStore } from "./hierarchy-store.js";
import type { Logger } from "./logger.js";

/** What the parts of the policy service share. */
export interface PolicyContext {
  client: ClusterClient;
  store: HierarchyStore;
  logger: Logger;
}
