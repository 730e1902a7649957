import type { V1Namespace } from "@kubernetes/client-node";

import { managedNamespaces, type Scope } from "../bring-into-force.js";
import type { PolicyContext } from "../context.js";
import type { Freshness } from "../list-no-older.js";
import { askFleet } from "./on-cluster.js";

/** Attached namespaces, each with the cluster it is on, and the clusters that did not say theirs. */
export interface FleetNamespaces {
  found: { context: PolicyContext; namespace: V1Namespace }[];
  unreachable: string[];
}

/** The attached namespaces of an organization, or of one of its workspaces, on all of its clusters. */
export async function fleetNamespaces(
  home: PolicyContext,
  scope: Scope,
  options: { mayBeStale?: boolean } = {},
): Promise<FleetNamespaces> {
  const ask = (context: PolicyContext) => managedNamespaces(context, scope, options);
  return onFleet(home, scope.organization, ask, options.mayBeStale ? "seen" : "exact");
}

/** What each cluster of an organization answers, with the cluster; `freshness` is that of the list of clusters. */
export async function onFleet(
  home: PolicyContext,
  organization: string,
  ask: (context: PolicyContext) => Promise<V1Namespace[]>,
  freshness: Freshness = "exact",
): Promise<FleetNamespaces> {
  const { answers, unreachable } = await askFleet(home, organization, ask, freshness);
  const found = answers.flatMap(({ context, answer }) => answer.map((namespace) => ({ context, namespace })));
  return { found, unreachable };
}

/** As a namespace is called where those of several clusters stand together: on a member, the cluster stands before it. */
export function nameOnFleet({ place }: PolicyContext, { metadata }: V1Namespace): string {
  const name = metadata?.name ?? "";
  return place ? `${place.cluster}/${name}` : name;
}
