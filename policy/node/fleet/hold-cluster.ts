import type { PolicyContext } from "../context.js";
import { POLICY_ERROR, PolicyError } from "../errors.js";
import type { ManagedClusterObject, ManagedClusterSpec } from "../records.js";

/** Keeps the object of a member that is deleted until the engine was taken out of the cluster, or somebody gave that up. */
const ENGINE_FINALIZER = "policy.lectern.dev/engine";

/** Times it is written anew because somebody changed the object meanwhile. */
const MAX_TRIES = 5;

/** The object as it is stored, so that it stays until it is let go. */
export function held(cluster: ManagedClusterObject): ManagedClusterObject {
  const { finalizers = [] } = cluster.metadata;
  if (finalizers.includes(ENGINE_FINALIZER)) return cluster;
  const metadata = Object.assign({}, cluster.metadata, { finalizers: [...finalizers, ENGINE_FINALIZER] });
  return { ...cluster, metadata };
}

/** Whether it was detached or deleted, and the engine is still to be taken out of it. */
export function isDetaching({ metadata }: Pick<ManagedClusterObject, "metadata">): boolean {
  return metadata.deletionTimestamp !== undefined;
}

/** Holds one that was registered before there was anything to hold it by. */
export async function holdCluster(home: PolicyContext, cluster: ManagedClusterObject): Promise<void> {
  await change(home, cluster, (found) => (isDetaching(found) ? found : held(found)));
  await home.members.hold(cluster.metadata);
}

/** Lets the object go: nothing of ours is left in the cluster, or what is left was given up. One of another uid under its name stays. */
export async function letClusterGo(home: PolicyContext, cluster: ManagedClusterObject): Promise<void> {
  await change(home, cluster, (found) => {
    const { finalizers = [] } = found.metadata;
    if (!finalizers.includes(ENGINE_FINALIZER)) return found;
    const left = finalizers.filter((each) => each !== ENGINE_FINALIZER);
    return { ...found, metadata: Object.assign({}, found.metadata, { finalizers: left }) };
  });
}

/** Whether the same object is still there. */
export async function isThere(home: PolicyContext, { metadata }: ManagedClusterObject): Promise<boolean> {
  const found = await home.store.get<ManagedClusterSpec>("managedclusters", metadata.name ?? "");
  return found !== undefined && found.metadata.uid === metadata.uid;
}

/** Whether it is as it is to be; what went meanwhile, because another server let it go, is. */
async function replaced(home: PolicyContext, next: ManagedClusterObject): Promise<boolean> {
  try {
    return (await home.store.replace("managedclusters", next)) !== undefined;
  } catch (error) {
    if (await isThere(home, next)) throw error;
    return true;
  }
}

async function change(
  home: PolicyContext,
  { metadata: { name = "", uid } }: ManagedClusterObject,
  changed: (found: ManagedClusterObject) => ManagedClusterObject,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const found = await home.store.get<ManagedClusterSpec>("managedclusters", name);
    if (!found || found.metadata.uid !== uid) return;
    const next = changed(found as ManagedClusterObject);
    if (next === found || (await replaced(home, next))) return;
  }
  throw new PolicyError(
    POLICY_ERROR.conflict,
    `The object of cluster ${name} changed ${String(MAX_TRIES)} times while it was being written. Try again.`,
  );
}
