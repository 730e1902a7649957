import { setTimeout as sleep } from "node:timers/promises";
import { createInterface } from "node:readline";
import { type KubernetesClient, KubernetesError } from "./kubernetes-client.js";

export interface WatchedObject {
  metadata?: { name?: string; namespace?: string; resourceVersion?: string };
}

export interface CollectionListener<Item> {
  /** Called with everything there is, after the first list and after every change. */
  onChange?: (items: ReadonlyMap<string, Item>) => void;
  onItem?: (type: "ADDED" | "MODIFIED" | "DELETED", item: Item) => void;
  /** Called when the watch breaks; it begins anew by itself. */
  onError?: (error: unknown) => void;
}

/** Wait before a broken watch begins anew, doubled up to the second figure. */
const RETRY_MS = 50;
const MAX_RETRY_MS = 5000;

/**
 * Keeps a collection such as `/api/v1/namespaces/x/pods`, or the part of one that a query selects, in step with the cluster until the signal fires; broken connections and
 * expired versions are answered by listing again. Resolves when the signal has fired; rejects only where it may not read.
 */
export async function watchCollection<Item extends WatchedObject>(
  client: KubernetesClient,
  path: string,
  listener: CollectionListener<Item>,
  signal: AbortSignal,
): Promise<void> {
  const items = new Map<string, Item>();
  let retryMs = RETRY_MS;
  while (!signal.aborted) {
    try {
      const version = await list(client, path, { items, listener, signal });
      retryMs = RETRY_MS;
      const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
      await follow(client, `${path}${path.includes("?") ? "&" : "?"}${query}`, {
        items,
        listener,
        signal,
      });
    } catch (error) {
      if (signal.aborted) return;
      if (isTimeout(error)) continue;
      if (error instanceof KubernetesError && (error.status === 401 || error.status === 403)) throw error;
      listener.onError?.(error);
    }
    await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
  }
}

interface Watching<Item> {
  items: Map<string, Item>;
  listener: CollectionListener<Item>;
  signal: AbortSignal;
}

async function list<Item extends WatchedObject>(
  client: KubernetesClient,
  path: string,
  watching: Watching<Item>,
): Promise<string> {
  const found = await client.get<{ metadata: { resourceVersion: string }; items: Item[] }>(
    path,
    watching.signal,
  );
  const before = new Map(watching.items);
  watching.items.clear();
  for (const item of found.items) {
    const key = keyOf(item);
    watching.items.set(key, item);
    if (before.get(key)?.metadata?.resourceVersion !== item.metadata?.resourceVersion)
      watching.listener.onItem?.(before.has(key) ? "MODIFIED" : "ADDED", item);
    before.delete(key);
  }
  for (const gone of before.values()) watching.listener.onItem?.("DELETED", gone);
  watching.listener.onChange?.(watching.items);
  return found.metadata.resourceVersion;
}

async function follow<Item extends WatchedObject>(
  client: KubernetesClient,
  path: string,
  watching: Watching<Item>,
): Promise<void> {
  const response = await client.watch(path, watching.signal);
  if (response.statusCode !== 200) {
    response.resume();
    throw new KubernetesError(
      `The watch of ${path} was answered with ${response.statusCode}`,
      response.statusCode ?? 0,
      "",
    );
  }
  const lines = createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
  const stop = (): void => {
    response.destroy();
  };
  watching.signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const line of lines) if (line !== "") take(JSON.parse(line) as WatchLine<Item>, watching);
  } finally {
    watching.signal.removeEventListener("abort", stop);
    response.destroy();
  }
}

/** A watch that has lasted its time is no failure. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === "TimeoutError" || isTimeout(error.cause));
}

interface WatchLine<Item> {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: Item & { message?: string; code?: number; reason?: string };
}

function take<Item extends WatchedObject>(
  { type, object }: WatchLine<Item>,
  { items, listener }: Watching<Item>,
): void {
  if (type === "ERROR")
    throw new KubernetesError(object.message ?? "The watch ended", object.code ?? 0, object.reason ?? "");
  if (type === "BOOKMARK") return;
  if (type === "DELETED") items.delete(keyOf(object));
  else items.set(keyOf(object), object);
  listener.onItem?.(type, object);
  listener.onChange?.(items);
}

function keyOf(item: WatchedObject): string {
  return `${item.metadata?.namespace ?? ""}/${item.metadata?.name ?? ""}`;
}
