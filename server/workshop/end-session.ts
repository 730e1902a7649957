import { setTimeout as delay } from "node:timers/promises";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { SessionSettings } from "../../workshop/node/session-environment.js";
import { leaveMachine } from "../../workshop/node/session-cluster.js";
import { endSession, getSession, isOwn } from "../../workshop/node/sessions.js";
import type { DiskWatch } from "../disk-watch.js";
import type { ActivityTracker } from "../store/activity-tracker.js";
import type { SessionCache } from "./session-cache.js";

export interface EndingParts {
  client: KubernetesClient;
  host: SessionHost;
  settings: Pick<SessionSettings, "ownClusters" | "server">;
  disk: DiskWatch;
  cache: SessionCache;
  activity: ActivityTracker;
}

/** How long a full disk is given to get back what the session had; a home of many files takes some seconds. */
const ROOM_MS = 20_000;
const RETRY_MS = 200;

/**
 * Ends a session, also one whose lab is not here any more, and one that the cluster does not know but whose home is still here. On a
 * full disk what it has goes first, for the cluster cannot write down that it ends before there is room. Throws SESSION_NOT_FOUND.
 */
export async function endSessionOf(parts: EndingParts, id: string): Promise<void> {
  const { cache, client, host, disk, activity } = parts;
  const leave = () => leaveMachine(id, { host, ownClusters: parts.settings.ownClusters });
  if (cache.get(id) !== undefined || (await isInCluster(parts, id))) {
    if (!(await disk.state()).isFull) return void (await endSession(client, id));
    await leave();
    return whenThereIsRoom(() => endSession(client, id));
  }
  if (!(await host.sessions()).includes(id)) throw sessionNotFound(id);
  await leave();
  await activity.forget(id);
}

/** What this server has not heard of, another of several may have made a moment ago. */
async function isInCluster({ client, settings }: EndingParts, id: string): Promise<boolean> {
  try {
    return isOwn(await getSession(client, id), settings.server);
  } catch (error) {
    if (error instanceof WorkshopError && error.code === WORKSHOP_ERRORS.sessionNotFound) return false;
    throw error;
  }
}

export function sessionNotFound(id: string): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.sessionNotFound,
    `There is no session "${id}"; it has ended, or never began`,
  );
}

async function whenThereIsRoom(write: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + ROOM_MS;
  for (;;) {
    try {
      await write();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(RETRY_MS);
  }
}
