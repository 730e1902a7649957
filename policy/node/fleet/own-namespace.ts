import type { V1Namespace } from "@kubernetes/client-node";

import { ORGANIZATION_LABEL } from "../../common/engine-names.js";
import { isConflict, toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";

/** On a namespace that was made for an organization and goes when it leaves the cluster: the organization. */
const MADE_ANNOTATION = "policy.lectern.dev/made-for";

/**
 * Whether it is the one namespace that an organization may have made for it on a cluster which the operator gives to several. It is called as the
 * organization, so that nobody can take a name there from anybody else.
 */
export function isOwnNamespace({ place }: PolicyContext, organization: string, namespace: string): boolean {
  return place !== undefined && !place.isOpen && namespace === organization;
}

/** Makes it, and resolves to it; to nothing where one of the name is there, whoever made it. */
export async function makeOwnNamespace(
  { client }: PolicyContext,
  { organization, dryRun }: { organization: string; dryRun: boolean },
): Promise<V1Namespace | undefined> {
  const metadata = {
    name: organization,
    labels: { [ORGANIZATION_LABEL]: organization },
    annotations: { [MADE_ANNOTATION]: organization },
  };
  try {
    return await client.core.createNamespace({ body: { metadata }, ...(dryRun && { dryRun: "All" }) });
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw toPolicyError(error);
  }
}

export function wasMadeFor(organization: string, { metadata }: V1Namespace): boolean {
  return metadata?.annotations?.[MADE_ANNOTATION] === organization;
}
