import type { V1Namespace } from "@kubernetes/client-node";

import { MANAGED_LABEL, ORGANIZATION_LABEL, WORKSPACE_LABEL } from "../common/engine-names.js";
import type { PolicyContext } from "./context.js";
import { toPolicyError } from "./cluster-client.js";
import { isNotInForce, POLICY_ERROR, type PolicyError } from "./errors.js";
import { syncParameters, type SyncResult } from "./namespace-parameters.js";
import { nudgeBlockedWorkloads } from "./nudge.js";
import { IN_FORCE_DEADLINE_MS, waitUntilInForce } from "./probe.js";

/** Namespaces brought into force side by side; each waits mostly for the API server. */
const PARALLEL = 8;

/** Parameters are in force within milliseconds; those that are not yet are read again after this long, in case they are no longer what is stored. */
const LOOK_AGAIN_MS = 1000;

export interface Scope {
  organization: string;
  /** Absent for the whole organization. */
  workspace?: string;
}

/**
 * Rewrites the parameters of every namespace in the scope and waits until the API server judges by them. Resolves to the namespaces. Throws
 * POLICY_NOT_IN_FORCE; with `isThorough`, as those need that nobody waits for, only after every namespace was tried that can be asked.
 */
export async function bringIntoForce(
  context: PolicyContext,
  scope: Scope,
  { isThorough = false, signal }: { isThorough?: boolean; signal?: AbortSignal } = {},
): Promise<V1Namespace[]> {
  const namespaces = await managedNamespaces(context, scope);
  const names = namespaces.map(({ metadata }) => metadata?.name ?? "");
  const failures: PolicyError[] = [];
  for (let start = 0; start < names.length; start += PARALLEL) {
    signal?.throwIfAborted();
    const batch = names.slice(start, start + PARALLEL);
    const done = await Promise.allSettled(batch.map((name) => bringNamespaceIntoForce(context, name)));
    failures.push(
      ...done.flatMap((each) => (each.status === "rejected" ? [toPolicyError(each.reason)] : [])),
    );
    const away = failures.find(({ code }) => code === POLICY_ERROR.clusterUnreachable);
    const stopping = away ?? (isThorough ? undefined : failures[0]);
    if (stopping) throw stopping;
  }
  if (failures[0]) throw failures[0];
  return namespaces;
}

/** The same for one namespace; says whether its parameters had to change. */
export async function bringNamespaceIntoForce(context: PolicyContext, namespace: string): Promise<boolean> {
  const { changed, lifted } = await syncUntilInForce(context, namespace);
  if (lifted) await nudgeBlockedWorkloads(context, namespace);
  return changed;
}

/**
 * Writes the parameters of a namespace and waits until the API server judges by them. Whatever becomes of them meanwhile, others writing or
 * deleting them, they are looked at again, so that nothing waits for a revision that is no more. Throws POLICY_NOT_IN_FORCE.
 */
export async function syncUntilInForce(
  context: PolicyContext,
  namespace: string,
): Promise<Pick<SyncResult, "changed" | "lifted">> {
  const end = performance.now() + IN_FORCE_DEADLINE_MS;
  const seen = { changed: false, lifted: false };
  for (;;) {
    const result = await syncParameters(context.client, context.store, { namespace });
    if (!result) return seen;
    seen.changed ||= result.changed;
    seen.lifted ||= result.lifted;
    const deadlineMs = Math.min(LOOK_AGAIN_MS, end - performance.now());
    try {
      await waitUntilInForce(context.client, namespace, result.revisions, { deadlineMs });
      return seen;
    } catch (error) {
      if (!isNotInForce(error) || performance.now() + LOOK_AGAIN_MS > end) throw error;
    }
  }
}

/**
 * The managed namespaces of the whole cluster, of an organization, or of one of its workspaces. With `mayBeStale` the answer may be milliseconds old
 * and comes at once; without, the API server waits up to 100 ms to be sure.
 */
export async function managedNamespaces(
  { client }: PolicyContext,
  { organization, workspace }: Partial<Scope>,
  { mayBeStale = false }: { mayBeStale?: boolean } = {},
): Promise<V1Namespace[]> {
  const labels = [`${MANAGED_LABEL}=true`];
  if (organization !== undefined) labels.push(`${ORGANIZATION_LABEL}=${organization}`);
  if (workspace !== undefined) labels.push(`${WORKSPACE_LABEL}=${workspace}`);
  return listNamespaces(client.core, labels.join(","), mayBeStale);
}

/** All namespaces of an organization, attached to a workspace or not. */
export async function organizationNamespaces(
  { client }: PolicyContext,
  organization: string,
): Promise<V1Namespace[]> {
  return listNamespaces(client.core, `${ORGANIZATION_LABEL}=${organization}`, false);
}

/** All namespaces of the cluster. */
export async function everyNamespace({ client }: PolicyContext): Promise<V1Namespace[]> {
  return listNamespaces(client.core, "", false);
}

async function listNamespaces(
  core: PolicyContext["client"]["core"],
  labelSelector: string,
  mayBeStale: boolean,
): Promise<V1Namespace[]> {
  try {
    const { items } = await core.listNamespace({
      labelSelector,
      ...(mayBeStale && { resourceVersion: "0" }),
    });
    return items.filter(({ metadata }) => !metadata?.deletionTimestamp);
  } catch (error) {
    throw toPolicyError(error);
  }
}
