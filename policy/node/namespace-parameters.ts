import { pauseAfterConflict } from "../../kubernetes/node/conflict-pause.js";
import type { V1ConfigMap, V1Namespace } from "@kubernetes/client-node";

import { type EffectivePolicy, effectivePolicies } from "../common/effective.js";
import {
  AUDIT_CONFIG_MAP,
  ENFORCED_CONFIG_MAP,
  MANAGED_LABEL,
  ORGANIZATION_LABEL,
  PARAMETERS_LABEL,
  WORKSPACE_LABEL,
} from "../common/engine-names.js";
import { compileParameters, liftsSomething, type Parameters } from "../common/parameters.js";
import { type ClusterClient, isConflict, isNotFound, orUndefined, toPolicyError } from "./cluster-client.js";
import { listEffectivePolicies } from "./effective-policies.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import type { HierarchyStore } from "./hierarchy-store.js";
import type { KnownConfigMap, KnownNamespace } from "./known-parameters.js";
import type { Freshness } from "./list-no-older.js";
import type { Revisions } from "./probe.js";
import { isNewer } from "./seen-versions.js";
import { UNTRACKED } from "./untracked.js";

/** Writers meet only when a policy and its namespace change in the same milliseconds. */
const MAX_ATTEMPTS = 8;

/** What was done to the parameters of a namespace so far, also by an attempt that then had to look at them again. */
export interface SyncProgress {
  changed: boolean;
  /** Something that was refused may be admitted now. */
  lifted: boolean;
}

/** What a namespace will belong to, where its labels do not say so yet. */
export interface Membership {
  organization: string;
  workspace: string;
}

interface Synced {
  namespace: string;
  membership?: Membership | undefined;
  isAtOnce?: boolean;
  /** Where what is done is taken down. */
  progress?: SyncProgress;
}

const noProgress = (): SyncProgress => ({ changed: false, lifted: false });

/**
 * Makes the parameters of a namespace equal to its effective policies. The ConfigMaps are read before the policies and written only if unchanged since,
 * so the last of several writers always wrote what it read last. Resolves to `undefined` where the namespace is gone or unmanaged. With `isAtOnce` the
 * policies read are those that this server has seen, unless the parameters are newer than that; what others changed meanwhile they, and the controller, bring
 * into force.
 */
export async function syncParameters(
  client: ClusterClient,
  store: HierarchyStore,
  { namespace, membership, isAtOnce = false, progress = noProgress() }: Synced,
): Promise<Revisions | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      return await trySync(client, store, {
        namespace,
        membership,
        isAtOnce: isAtOnce && attempt === 0,
        progress,
      });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      if (!isConflict(error)) throw toPolicyError(error);
    }
    await pauseAfterConflict(attempt);
  }
  throw new PolicyError(
    POLICY_ERROR.conflict,
    `The image policies of namespace ${namespace} changed ${MAX_ATTEMPTS} times while they were being written. Try again.`,
  );
}

/** Deletes the parameters of a namespace that is judged no longer. */
export async function deleteParameters(client: ClusterClient, namespace: string): Promise<void> {
  client.parameters.forget(namespace);
  for (const name of [ENFORCED_CONFIG_MAP, AUDIT_CONFIG_MAP]) {
    await orUndefined(client.core.deleteNamespacedConfigMap({ namespace, name }));
  }
}

/** The policies that bear on a namespace and those its labels keep off it. */
export async function readEffective(
  store: HierarchyStore,
  namespace: V1Namespace,
  { membership, freshness = "exact" }: { membership?: Membership | undefined; freshness?: Freshness } = {},
): Promise<{ selected: EffectivePolicy[]; notSelected: EffectivePolicy[] }> {
  const labels = namespace.metadata?.labels ?? {};
  const organization = membership?.organization ?? labels[ORGANIZATION_LABEL];
  if (organization === undefined) return { selected: [], notSelected: [] };
  return selectFor(namespace, await listEffectivePolicies(store, organization, freshness), membership);
}

/** The same over policies at hand. */
export function selectFor(namespace: V1Namespace, policies: EffectivePolicy[], membership?: Membership) {
  const labels = namespace.metadata?.labels ?? {};
  const workspace = membership?.workspace ?? labels[WORKSPACE_LABEL];
  const organization = membership?.organization ?? labels[ORGANIZATION_LABEL] ?? "";
  return effectivePolicies(policies, {
    namespace: namespace.metadata?.name ?? "",
    organization,
    labels,
    ...(workspace !== undefined && { workspace }),
  });
}

async function trySync(
  client: ClusterClient,
  store: HierarchyStore,
  { namespace: name, membership, isAtOnce = false, progress = noProgress() }: Synced,
): Promise<Revisions | undefined> {
  const [namespace, enforced, audit] = await Promise.all([
    client.core.readNamespace({ name }),
    orUndefined(client.core.readNamespacedConfigMap({ namespace: name, name: ENFORCED_CONFIG_MAP })),
    orUndefined(client.core.readNamespacedConfigMap({ namespace: name, name: AUDIT_CONFIG_MAP })),
  ]);
  const isManaged = membership !== undefined || namespace.metadata?.labels?.[MANAGED_LABEL] === "true";
  if (!isManaged || namespace.metadata?.deletionTimestamp) return undefined;
  const freshness = isAtOnce && isSeenBy(store, [enforced, audit]) ? "seen" : "exact";
  const { selected } = await readEffective(store, namespace, { membership, freshness });
  const current = {
    ...(enforced && { enforced: knownOf(enforced) }),
    ...(audit && { audit: knownOf(audit) }),
  };
  return writeBoth(client, name, { wanted: compileParameters(selected), current, progress });
}

/**
 * The same with policies at hand, over parameters that were made here before those policies were read: nothing is read, and written only what nobody has
 * written since. Resolves to `undefined` where somebody has, or nothing changes: then they have to be looked at.
 */
export async function replaceKnown(
  client: ClusterClient,
  namespace: V1Namespace,
  {
    policies,
    known,
    progress,
  }: { policies: EffectivePolicy[]; known: KnownNamespace; progress: SyncProgress },
): Promise<Revisions | undefined> {
  const wanted = compileParameters(selectFor(namespace, policies).selected);
  if (isSame(known.enforced.data, wanted.enforced)) return undefined;
  try {
    const name = namespace.metadata?.name ?? "";
    return await writeBoth(client, name, { wanted, current: known, progress, madeOf: policies });
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return undefined;
    throw toPolicyError(error);
  }
}

interface Change {
  wanted: Parameters;
  current: Partial<KnownNamespace>;
  progress: SyncProgress;
  madeOf?: EffectivePolicy[];
}

async function writeBoth(
  client: ClusterClient,
  namespace: string,
  { wanted, current, progress, madeOf }: Change,
): Promise<Revisions> {
  // Of what fails between the two it is not known how it is.
  client.parameters.forget(namespace);
  const enforced = await write(
    client,
    { namespace, name: ENFORCED_CONFIG_MAP, data: wanted.enforced },
    current.enforced,
  );
  // It is done, whatever becomes of the other: who looks again finds nothing changed.
  progress.changed ||= enforced.changed;
  progress.lifted ||= liftsSomething(current.enforced?.data ?? {}, wanted.enforced);
  const audit = await writeAudit(
    client,
    { namespace, name: AUDIT_CONFIG_MAP, data: wanted.audit },
    current.audit,
  );
  progress.changed ||= audit.changed;
  client.parameters.note(namespace, {
    enforced: { resourceVersion: enforced.revision, data: wanted.enforced },
    ...(audit.revision !== undefined && {
      audit: { resourceVersion: audit.revision, data: wanted.audit },
    }),
    ...(madeOf && { madeOf }),
  });
  return {
    enforced: enforced.revision,
    ...(audit.revision !== undefined && { audit: audit.revision }),
  };
}

function knownOf({ metadata, data = {} }: V1ConfigMap): KnownConfigMap {
  return { resourceVersion: metadata?.resourceVersion ?? "", data };
}

/** Parameters older than what the store has seen were made of nothing that it has not. */
function isSeenBy(store: HierarchyStore, parameters: (V1ConfigMap | undefined)[]): boolean {
  const seen = store.seenOf("imagepolicies");
  return !parameters.some((each) => each && isNewer(each.metadata?.resourceVersion, seen));
}

interface Wanted {
  namespace: string;
  name: string;
  data: Record<string, string>;
}

/** The audit-only ConfigMap exists only where it has something to say, so that it costs nothing elsewhere. */
async function writeAudit(
  client: ClusterClient,
  wanted: Wanted,
  current: KnownConfigMap | undefined,
): Promise<{ changed: boolean; revision?: string }> {
  if (Object.keys(wanted.data).length > 0) return write(client, wanted, current);
  if (!current) return { changed: false };
  const { namespace, name } = wanted;
  // Others may have put something into it since.
  const body = { preconditions: { resourceVersion: current.resourceVersion } };
  try {
    await client.core.deleteNamespacedConfigMap({ namespace, name, body });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return { changed: true };
}

async function write(
  client: ClusterClient,
  { namespace, name, data }: Wanted,
  current: KnownConfigMap | undefined,
): Promise<{ changed: boolean; revision: string }> {
  if (current && isSame(current.data, data)) return { changed: false, revision: current.resourceVersion };
  const resourceVersion = current?.resourceVersion;
  const body: V1ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace,
      labels: { [PARAMETERS_LABEL]: "true" },
      managedFields: UNTRACKED,
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
    data,
  };
  const written = current
    ? await client.core.replaceNamespacedConfigMap({ namespace, name, body })
    : await client.core.createNamespacedConfigMap({ namespace, body });
  return { changed: true, revision: written.metadata?.resourceVersion ?? "" };
}

function isSame(left: Record<string, string>, right: Record<string, string>): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
