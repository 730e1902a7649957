import type { V1Namespace } from "@kubernetes/client-node";

import { MANAGED_LABEL, ORGANIZATION_LABEL, WORKSPACE_LABEL } from "../common/engine-names.js";
import type { EffectivePolicy } from "../common/effective.js";
import type { PolicyContext } from "./context.js";
import { toPolicyError } from "./cluster-client.js";
import { isNotInForce, POLICY_ERROR, type PolicyError } from "./errors.js";
import { replaceKnown, syncParameters, type SyncProgress } from "./namespace-parameters.js";
import type { KnownNamespace } from "./known-parameters.js";
import { listNoOlder } from "./list-no-older.js";
import { nudgeBlockedWorkloads } from "./nudge.js";
import type { PolicyAddress } from "./records.js";
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

/** The place a policy is set on. */
export function placeOf({ organization, workspace }: PolicyAddress): Scope {
  return { organization, ...(workspace !== undefined && { workspace }) };
}

interface Thoroughness {
  isThorough?: boolean;
  signal?: AbortSignal;
}

/**
 * Rewrites the parameters of every namespace in the scope and waits until the API server judges by them. Resolves to the namespaces. Throws
 * POLICY_NOT_IN_FORCE; with `isThorough`, as those need that nobody waits for, only after every namespace was tried that can be asked.
 */
export async function bringIntoForce(
  context: PolicyContext,
  scope: Scope,
  thoroughness: Thoroughness = {},
): Promise<V1Namespace[]> {
  const namespaces = await managedNamespaces(context, scope);
  await bringEach(namesOf(namespaces), (name) => bringNamespaceIntoForce(context, name), thoroughness);
  return namespaces;
}

/** What whoever changes a policy has read for it, before the change, and what it is with the change. */
export interface AtHand {
  /** The attached namespaces of the home cluster. */
  namespaces: V1Namespace[];
  /** Absent where not all that they look at is at hand. */
  policies?: EffectivePolicy[];
  /** The parameters that were known before the policies were read. */
  known: ReadonlyMap<string, KnownNamespace>;
}

/**
 * The same at once, for whoever waits for a change of the home cluster's policies that is written already: in the namespaces that were there, and with what
 * this server has read and written itself. What others change meanwhile, they and the controller bring into force; namespaces that are attached in these
 * milliseconds follow, which whoever attaches them sees to as well.
 */
export async function bringIntoForceAtOnce(
  context: PolicyContext,
  scope: Scope,
  { namespaces, policies, known }: AtHand,
): Promise<V1Namespace[]> {
  const bring = (namespace: V1Namespace) => {
    const name = namespace.metadata?.name ?? "";
    const parameters = known.get(name);
    const atHand = policies && parameters && { namespace, policies, known: parameters };
    return bringNamespaceIntoForce(context, name, { isAtOnce: true, ...(atHand && { atHand }) });
  };
  await bringEach(namespaces, bring, {});
  const { organization, workspace = "" } = scope;
  context.followUps.soon(`rest/${organization}/${workspace}`, () => bringRest(context, scope, namespaces));
  return namespaces;
}

/** Nobody waits for it, so failures are logged; the controller tries again. */
async function bringRest(context: PolicyContext, scope: Scope, known: V1Namespace[]): Promise<void> {
  try {
    const done = new Set(namesOf(known));
    const now = await managedNamespaces(context, scope);
    const rest = namesOf(now).filter((name) => !done.has(name));
    await bringEach(rest, (name) => bringNamespaceIntoForce(context, name), { isThorough: true });
  } catch (error) {
    const reason = toPolicyError(error).message;
    context.logger.warn(
      { reason },
      "a namespace that was attached meanwhile could not be brought into force",
    );
  }
}

/** Some side by side. Throws the first failure, with `isThorough` after all were tried that can be. */
async function bringEach<T>(
  names: T[],
  bring: (name: T) => Promise<unknown>,
  { isThorough = false, signal }: Thoroughness,
): Promise<void> {
  const failures: PolicyError[] = [];
  for (let start = 0; start < names.length; start += PARALLEL) {
    signal?.throwIfAborted();
    const done = await Promise.allSettled(names.slice(start, start + PARALLEL).map(bring));
    failures.push(
      ...done.flatMap((each) => (each.status === "rejected" ? [toPolicyError(each.reason)] : [])),
    );
    const away = failures.find(({ code }) => code === POLICY_ERROR.clusterUnreachable);
    const stopping = away ?? (isThorough ? undefined : failures[0]);
    if (stopping) throw stopping;
  }
  if (failures[0]) throw failures[0];
}

function namesOf(namespaces: V1Namespace[]): string[] {
  return namespaces.map(({ metadata }) => metadata?.name ?? "");
}

interface AtOnce {
  isAtOnce?: boolean;
  /** Taken first, instead of reading anything. */
  atHand?: { namespace: V1Namespace; policies: EffectivePolicy[]; known: KnownNamespace };
}

/**
 * The same for one namespace; says whether its parameters had to change. With `isAtOnce` workloads that were blocked are seen to after it resolves, and
 * the policies are read as `syncParameters` says.
 */
export async function bringNamespaceIntoForce(
  context: PolicyContext,
  namespace: string,
  { isAtOnce = false, atHand }: AtOnce = {},
): Promise<boolean> {
  const { changed, lifted } = await syncUntilInForce(context, namespace, {
    isAtOnce,
    ...(atHand && { atHand }),
  });
  const nudge = () => nudgeBlockedWorkloads(context, namespace);
  if (lifted && isAtOnce) context.followUps.soon(`nudge/${context.place?.cluster ?? ""}/${namespace}`, nudge);
  else if (lifted) await nudge();
  return changed;
}

/**
 * Writes the parameters of a namespace and waits until the API server judges by them. Whatever becomes of them meanwhile, others writing or
 * deleting them, they are looked at again, so that nothing waits for a revision that is no more. Throws POLICY_NOT_IN_FORCE.
 */
export async function syncUntilInForce(
  context: PolicyContext,
  namespace: string,
  { isAtOnce = false, atHand }: AtOnce = {},
): Promise<SyncProgress> {
  const end = performance.now() + IN_FORCE_DEADLINE_MS;
  const progress = { changed: false, lifted: false };
  for (let isFirst = true; ; isFirst = false) {
    const replaced =
      atHand && isFirst
        ? await replaceKnown(context.client, atHand.namespace, { ...atHand, progress })
        : undefined;
    const synced = { namespace, isAtOnce: isAtOnce && isFirst, progress };
    const revisions = replaced ?? (await syncParameters(context.client, context.store, synced));
    if (!revisions) return progress;
    const deadlineMs = Math.min(LOOK_AGAIN_MS, end - performance.now());
    try {
      await waitUntilInForce(context.client, namespace, revisions, { deadlineMs });
      return progress;
    } catch (error) {
      if (!isNotInForce(error) || performance.now() + LOOK_AGAIN_MS > end) throw error;
    }
  }
}

/**
 * The managed namespaces of the whole cluster, of an organization, or of one of its workspaces. With `mayBeStale` the answer may be milliseconds old,
 * but holds what was attached here, and comes at once; without, the API server waits up to 100 ms to be sure.
 */
export async function managedNamespaces(
  { client }: PolicyContext,
  { organization, workspace }: Partial<Scope>,
  { mayBeStale = false }: { mayBeStale?: boolean } = {},
): Promise<V1Namespace[]> {
  const labels = [`${MANAGED_LABEL}=true`];
  if (organization !== undefined) labels.push(`${ORGANIZATION_LABEL}=${organization}`);
  if (workspace !== undefined) labels.push(`${WORKSPACE_LABEL}=${workspace}`);
  return listNamespaces(client, labels.join(","), mayBeStale);
}

/** All namespaces of an organization, attached to a workspace or not. */
export async function organizationNamespaces(
  { client }: PolicyContext,
  organization: string,
): Promise<V1Namespace[]> {
  return listNamespaces(client, `${ORGANIZATION_LABEL}=${organization}`, false);
}

/** All namespaces of the cluster. */
export async function everyNamespace({ client }: PolicyContext): Promise<V1Namespace[]> {
  return listNamespaces(client, "", false);
}

async function listNamespaces(
  { core, seen }: PolicyContext["client"],
  labelSelector: string,
  mayBeStale: boolean,
): Promise<V1Namespace[]> {
  const freshness = mayBeStale ? "written" : "exact";
  const { items } = await listNoOlder(seen, { kind: "namespaces", freshness }, (version) =>
    core.listNamespace({ labelSelector, ...version }),
  );
  return items.filter(({ metadata }) => !metadata?.deletionTimestamp);
}
