import { setTimeout as sleep } from "node:timers/promises";

import type { WatchedObject } from "../../../kubernetes/node/collection-watch.js";
import { POLICY_GROUP, POLICY_VERSION } from "../../common/engine-names.js";
import { toPolicyError } from "../cluster-client.js";
import type { PolicyContext } from "../context.js";
import type { Watch } from "../keep-watching.js";
import type { ManagedClusterObject } from "../records.js";
import { MemberController } from "./member-controller.js";
import { takeEngineAway } from "./take-engine-away.js";

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
  { signal, version }: { signal: AbortSignal; version?: string },
): Fleet {
  const running = new Map<string, Running>();
  signal.addEventListener("abort", () => running.forEach(({ stop }) => stop()), { once: true });

  const start = (cluster: ManagedClusterObject): void => {
    const { name = "", uid = "" } = cluster.metadata;
    if (running.get(name)?.uid === uid || signal.aborted) return;
    running.get(name)?.stop();
    const end = new AbortController();
    const controller = new MemberController({
      home,
      cluster,
      signal: end.signal,
      ...(version !== undefined && { version }),
    });
    const { organization } = cluster.spec;
    const ended = controller.run();
    running.set(name, { uid, organization, controller, stop: () => end.abort(), ended });
  };
  const end = (cluster: ManagedClusterObject): void => {
    const name = cluster.metadata.name ?? "";
    const found = running.get(name);
    found?.stop();
    running.delete(name);
    // Of an organization that ended, nobody else has forgotten it.
    void Promise.resolve(found?.ended).then(() =>
      forget(home, cluster, { context: found?.controller.context, signal }),
    );
  };
  const onItem = (type: "ADDED" | "MODIFIED" | "DELETED", item: WatchedObject): void => {
    const cluster = item as ManagedClusterObject;
    if (!cluster.spec.member) return;
    if (type === "DELETED") end(cluster);
    else start(cluster);
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

/** What fails is tried again after the first, then after twice as long up to the second. */
const RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;

/** A day or so. */
const MAX_TRIES = 1500;

/**
 * Takes away what is left of a member that was detached, for as long as it takes; of one that was away when it was detached only once, as whoever did
 * that was told. What cannot be reached is logged and left, and refuses as it did last.
 */
async function forget(
  home: PolicyContext,
  cluster: ManagedClusterObject,
  { context, signal }: { context: PolicyContext | undefined; signal: AbortSignal },
): Promise<void> {
  const most = cluster.status?.state === "Unreachable" ? 1 : MAX_TRIES;
  for (let tries = 1; !signal.aborted; tries++) {
    try {
      await home.members.forget(cluster.metadata);
      if (context) await takeEngineAway(home, context, cluster);
      return;
    } catch (error) {
      const reason = toPolicyError(error).message;
      const left = `what was in force there stays so until "lectern uninstall --kubeconfig FILE" takes it away`;
      const next = tries < most ? "what was in force there could not be taken away yet" : left;
      home.logger.warn({ cluster: cluster.spec.name, reason }, `a cluster was detached; ${next}`);
      if (tries >= most) return;
      const delayMs = Math.min(RETRY_MS * 2 ** (tries - 1), MAX_RETRY_MS);
      await sleep(delayMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
