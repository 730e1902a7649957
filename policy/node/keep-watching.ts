import { setTimeout as sleep } from "node:timers/promises";

import {
  type CollectionListener,
  type WatchedObject,
  watchCollection,
} from "../../kubernetes/node/collection-watch.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";

const RECONNECT_AFTER_MS = 1000;

/** A collection that is watched, and who is told of it. */
export interface Watch {
  path: string;
  listener: CollectionListener<WatchedObject>;
}

/** Watches until the signal fires; also where it may not read for a while. */
export async function keepWatching(
  client: KubernetesClient,
  { path, listener }: Watch,
  { signal, onLost }: { signal: AbortSignal; onLost: (error: unknown) => void },
): Promise<void> {
  const onError = onLost;
  while (!signal.aborted) {
    await watchCollection(client, path, { ...listener, onError }, signal).catch(onError);
    await sleep(RECONNECT_AFTER_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}
