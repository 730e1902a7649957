import type { WatchedObject } from "../../../kubernetes/node/collection-watch.js";
import { POLICY_GROUP, POLICY_VERSION } from "../../common/engine-names.js";
import { toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import type { Watch } from "../keep-watching.js";
import type { ManagedClusterObject } from "../records.js";
import { type FleetShare, WHOLE_FLEET } from "./fleet-share.js";
import { MemberController } from "./member-controller.js";
import { holdCluster, isDetaching } from "./hold-cluster.js";
import { MemberRemovals } from "./member-removals.js";

/** The members there are, each with a controller of its own. */
export interface Fleet {
  /** Of the registered clusters; whoever starts the fleet keeps it. */
  watch: Watch;
  /** Policies or exceptions of an organization were changed. */
  policiesChanged(organization: string): void;
}

interface Running {
  /** Another one under the same name is another cluster. */
  uid: string;
  organization: string;
  controller: MemberController;
  stop: () => void;
  /** Resolves when it does nothing more. */
  ended: Promise<void>;
}

/** Runs a controller for each member that is registered, until it is detached or the signal fires. */
export function startFleet(
  home: PolicyContext,
  { signal, version, share = WHOLE_FLEET }: { signal: AbortSignal; version?: string; share?: FleetShare },
): Fleet {
  const running = new Map<string, Running>();
  const removals = new MemberRemovals(home, share, signal);
  signal.addEventListener("abort", () => running.forEach(({ stop }) => stop()), { once: true });

  const start = (cluster: ManagedClusterObject): void => {
    const { name = "", uid = "" } = cluster.metadata;
    const known = running.get(name);
    if (known?.uid === uid) void known.controller.statusSeen(cluster);
    if (known?.uid === uid || signal.aborted) return;
    // Those of before there was a finalizer; what is not written now is when the next server leads.
    told(home, cluster, holdCluster(home, cluster), "the object of a cluster was not held");
    running.get(name)?.stop();
    const end = new AbortController();
    const controller = new MemberController({
      home,
      cluster,
      isKept: () => share.isKept(cluster),
      signal: end.signal,
      ...(version !== undefined && { version }),
    });
    const { organization } = cluster.spec;
    const ended = controller.run();
    running.set(name, { uid, organization, controller, stop: () => end.abort(), ended });
  };
  const end = (cluster: ManagedClusterObject): void => {
    const name = cluster.metadata.name ?? "";
    const found = running.get(name)?.uid === cluster.metadata.uid ? running.get(name) : undefined;
    found?.stop();
    if (found) running.delete(name);
    const { controller, ended } = found ?? {};
    removals.add(cluster, { ended, opened: () => controller?.context });
  };
  const onItem = (type: "ADDED" | "MODIFIED" | "DELETED", item: WatchedObject): void => {
    const cluster = item as ManagedClusterObject;
    if (!cluster.spec.member || !share.includes(cluster)) return;
    if (type === "DELETED" || isDetaching(cluster)) end(cluster);
    else start(cluster);
    if (type !== "DELETED") return;
    removals.gone(cluster);
    // Where somebody took the finalizer off, nobody forgot it.
    told(
      home,
      cluster,
      home.members.forget(cluster.metadata),
      "the kubeconfig of a cluster was not forgotten",
    );
  };
  return {
    watch: {
      path: `/apis/${POLICY_GROUP}/${POLICY_VERSION}/managedclusters`,
      listener: { onItem },
    },
    policiesChanged: (organization) => {
      for (const each of running.values())
        if (each.organization === organization) each.controller.policiesChanged();
    },
  };
}

/** Nobody waits for the work; where it fails, that is told. */
function told(
  { logger }: PolicyContext,
  { spec }: ManagedClusterObject,
  work: Promise<void>,
  text: string,
): void {
  work.catch((error: unknown) => {
    logger.warn({ cluster: spec.name, reason: toPolicyError(error).message }, text);
  });
}
