import type { V1Namespace } from "@kubernetes/client-node";

import { MANAGED_LABEL, ORGANIZATION_LABEL, WORKSPACE_LABEL } from "../common/engine-names.js";
import { everyNamespace, managedNamespaces, organizationNamespaces, type Scope } from "./bring-into-force.js";
import type { PolicyContext } from "./context.js";
import { type FleetNamespaces, onFleet } from "./fleet/fleet-namespaces.js";

// Each of these is for lists that are shown: thousands come at once, as `NamespaceWatch` says how new. What is decided is decided by what the cluster is asked.

/** The attached namespaces of an organization, or of one of its workspaces, on all of its clusters. */
export function shownOnFleet(home: PolicyContext, scope: Scope): Promise<FleetNamespaces> {
  return onFleet(home, scope.organization, (each) => shownManaged(each, scope));
}

/** All namespaces of an organization on one cluster, attached to a workspace or not. */
export async function shownOfOrganization(
  context: PolicyContext,
  organization: string,
): Promise<V1Namespace[]> {
  const shown = await context.client.namespaces.list({ [ORGANIZATION_LABEL]: organization });
  return shown ?? organizationNamespaces(context, organization);
}

/** All namespaces of a cluster. */
export async function shownEvery(context: PolicyContext): Promise<V1Namespace[]> {
  return (await context.client.namespaces.list({})) ?? everyNamespace(context);
}

async function shownManaged(context: PolicyContext, scope: Scope): Promise<V1Namespace[]> {
  const { organization, workspace } = scope;
  const shown = await context.client.namespaces.list({
    [MANAGED_LABEL]: "true",
    [ORGANIZATION_LABEL]: organization,
    ...(workspace !== undefined && { [WORKSPACE_LABEL]: workspace }),
  });
  return shown ?? managedNamespaces(context, scope);
}
