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
import { compileParameters, liftsSomething } from "../common/parameters.js";
import { type ClusterClient, isConflict, isNotFound, orUndefined, toPolicyError } from "./cluster-client.js";
import { listEffectivePolicies } from "./effective-policies.js";
import { POLICY_ERROR, PolicyError } from "./errors.js";
import type { HierarchyStore } from "./hierarchy-store.js";
import type { Freshness } from "./list-no-older.js";
import type { Revisions } from "./probe.js";
import { isNewer } from "./seen-versions.js";

/** Writers meet only when a policy and its namespace change in the same milliseconds. */
const MAX_ATTEMPTS = 8;

export interface SyncResult {
  revisions: Revisions;
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
}

/**
 * Makes the parameters of a namespace equal to its effective policies. The ConfigMaps are read before the policies and written only if unchanged since,
 * so the last of several writers always wrote what it read last. Resolves to `undefined` where the namespace is gone or unmanaged. With `isAtOnce` the
 * policies read are those that this server has seen, unless the parameters are newer than that; what others changed meanwhile they, and the controller, bring
 * into force.
 */
export async function syncParameters(
  client: ClusterClient,
  store: HierarchyStore,
  { namespace, membership, isAtOnce = false }: Synced,
): Promise<SyncResult | undefined> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      return await trySync(client, store, { namespace, membership, isAtOnce: isAtOnce && attempt === 0 });
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
  { namespace: name, membership, isAtOnce = false }: Synced,
): Promise<SyncResult | undefined> {
  const [namespace, enforced, audit] = await Promise.all([
    client.core.readNamespace({ name }),
    orUndefined(client.core.readNamespacedConfigMap({ namespace: name, name: ENFORCED_CONFIG_MAP })),
    orUndefined(client.core.readNamespacedConfigMap({ namespace: name, name: AUDIT_CONFIG_MAP })),
  ]);
  const isManaged = membership !== undefined || namespace.metadata?.labels?.[MANAGED_LABEL] === "true";
  if (!isManaged || namespace.metadata?.deletionTimestamp) return undefined;
  const freshness = isAtOnce && isSeenBy(store, [enforced, audit]) ? "seen" : "exact";
  const { selected } = await readEffective(store, namespace, { membership, freshness });
  const wanted = compileParameters(selected);
  const enforcedWrite = await write(
    client,
    { namespace: name, name: ENFORCED_CONFIG_MAP, data: wanted.enforced },
    enforced,
  );
  const auditWrite = await writeAudit(
    client,
    { namespace: name, name: AUDIT_CONFIG_MAP, data: wanted.audit },
    audit,
  );
  return {
    changed: enforcedWrite.changed || auditWrite.changed,
    lifted: liftsSomething(enforced?.data ?? {}, wanted.enforced),
    revisions: {
      enforced: enforcedWrite.revision,
      ...(auditWrite.revision !== undefined && { audit: auditWrite.revision }),
    },
  };
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
  current: V1ConfigMap | undefined,
): Promise<{ changed: boolean; revision?: string }> {
  if (Object.keys(wanted.data).length > 0) return write(client, wanted, current);
  if (!current) return { changed: false };
  await orUndefined(
    client.core.deleteNamespacedConfigMap({ namespace: wanted.namespace, name: wanted.name }),
  );
  return { changed: true };
}

async function write(
  client: ClusterClient,
  { namespace, name, data }: Wanted,
  current: V1ConfigMap | undefined,
): Promise<{ changed: boolean; revision: string }> {
  if (current && isSame(current.data ?? {}, data)) {
    return { changed: false, revision: current.metadata?.resourceVersion ?? "" };
  }
  const resourceVersion = current?.metadata?.resourceVersion;
  const body: V1ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name,
      namespace,
      labels: { [PARAMETERS_LABEL]: "true" },
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
