import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { DeadlineError, unlessAborted, withDeadline } from "./deadline.js";
import { type KubernetesClient, KubernetesError } from "./kubernetes-client.js";

export interface WatchedObject {
  metadata?: { name?: string; namespace?: string; resourceVersion?: string };
}

export interface CollectionListener<Item> {
  /** Called with everything there is, after the first list and after every change. */
  onChange?: (items: ReadonlyMap<string, Item>) => void;
  onItem?: (type: "ADDED" | "MODIFIED" | "DELETED", item: Item) => void;
  /** Called with the version up to which everything was told. */
  onVersion?: (version: string) => void;
  /** Called before everything is listed, anew as well, as soon as nothing is told any more; what happens until the server follows is not told yet. */
  onList?: () => void;
  /** Called when the server follows what was listed; until then a change is seen when the list is read anew. */
  onFollow?: () => void;
  /** Called when the watch breaks; it begins anew by itself. */
  onError?: (error: unknown) => void;
  /** What is remembered of an item, where its whole is more than anybody here looks at. */
  keep?: (item: Item) => Item;
  /** Milliseconds after which the watch begins anew, because a connection can die without a word; 5 min where absent. */
  limitMs?: number;
  /** Milliseconds after which a watch that tells nothing, not even how far it is, begins anew; 90 s where absent. */
  silentMs?: number;
}

/** 5 min: how long a change may stay unseen on a connection that died silently. */
const LIMIT_MS = 5 * 60_000;

/** 90 s: an API server tells a watch how far it is once a minute; one that says less may be a connection that died, or whoever forwards it did. */
const SILENT_MS = 90_000;

/** A list comes in pages: one answer about ten thousand pods would be larger than an answer may be. */
const PAGE_ITEMS = 500;

/** No cluster has more of a kind, and what is told without end is not kept. */
const MAX_ITEMS = 200_000;

/** Five times as many as those items fill. */
const MAX_PAGES = 2000;

/** 8 MB: an object is 1.5 MB at most in a cluster. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;

/** Wait before a broken watch begins anew, doubled up to the second figure. */
const RETRY_MS = 50;
const MAX_RETRY_MS = 5000;
/** A watch that has lasted this long was worth its list: one that is refused or cut off at once is not begun twenty times a second. */
const LASTING_MS = 1000;

/**
 * Keeps a collection such as `/api/v1/namespaces/x/pods`, or the part of one that a query selects, in step with the cluster until the
 * signal fires; broken connections and expired versions are answered by listing again. Resolves when the signal has fired; rejects
 * only where it may not read from the beginning.
 */
export async function watchCollection<Item extends WatchedObject>(
  client: KubernetesClient,
  path: string,
  listener: CollectionListener<Item>,
  signal: AbortSignal,
): Promise<void> {
  const items = new Map<string, Item>();
  let retryMs = RETRY_MS;
  let hasListed = false;
  listener.onList?.();
  while (!signal.aborted) {
    let began = Infinity;
    try {
      const version = await list(client, path, { items, listener, signal });
      hasListed = true;
      began = performance.now();
      const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
      await follow(client, `${path}${path.includes("?") ? "&" : "?"}${query}`, {
        items,
        listener,
        signal,
      });
    } catch (error) {
      if (signal.aborted) return;
      // What could be read before can be again: a token is renewed, a role comes back.
      if (!hasListed && isRefused(error)) throw error;
      listener.onError?.(error);
    }
    listener.onList?.();
    if (performance.now() - began > LASTING_MS) retryMs = RETRY_MS;
    await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof KubernetesError && (error.status === 401 || error.status === 403);
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
  const found = await listPages(client, path, watching);
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
  watching.listener.onVersion?.(found.version);
  return found.version;
}

interface Page<Item> {
  metadata: { resourceVersion: string; continue?: string };
  items: Item[];
}

async function listPages<Item extends WatchedObject>(
  client: KubernetesClient,
  path: string,
  { listener: { keep }, signal }: Watching<Item>,
): Promise<{ version: string; items: Item[] }> {
  const items: Item[] = [];
  const first = `${path}${path.includes("?") ? "&" : "?"}limit=${String(PAGE_ITEMS)}`;
  for (let next = first, pages = 1; ; pages++) {
    const page = await client.get<Page<Item>>(next, signal);
    for (const item of page.items) items.push(keep ? keep(item) : item);
    // A page may be empty where there is another, but not for ever.
    if (items.length > MAX_ITEMS || pages > MAX_PAGES) throw tooMuch(path);
    if (!page.metadata.continue) return { version: page.metadata.resourceVersion, items };
    next = `${first}&continue=${encodeURIComponent(page.metadata.continue)}`;
  }
}

/** Returns when the server has ended the watch, it has lasted its time, or nothing was heard of it for too long. */
async function follow<Item extends WatchedObject>(
  client: KubernetesClient,
  path: string,
  watching: Watching<Item>,
): Promise<void> {
  try {
    const { limitMs = LIMIT_MS, silentMs = SILENT_MS } = watching.listener;
    await withDeadline(limitMs, watching.signal, (lasting) =>
      whileHeard(silentMs, lasting, async (signal, heard) => {
        const response = await client.watch(path, signal);
        try {
          await readLines(response, path, { ...watching, signal, heard });
        } finally {
          response.destroy();
        }
      }),
    );
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
  }
}

/** What the work resolves to. Rejects with DeadlineError where it has not `heard` anything for so long, and with the signal's reason. */
async function whileHeard(
  silentMs: number,
  signal: AbortSignal,
  work: (signal: AbortSignal, heard: () => void) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  const silence = setTimeout(() => ended.abort(new DeadlineError(silentMs)), silentMs);
  const passOn = (): void => ended.abort(signal.reason);
  signal.addEventListener("abort", passOn, { once: true });
  try {
    await unlessAborted(
      work(ended.signal, () => silence.refresh()),
      ended.signal,
    );
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", passOn);
  }
}

async function readLines<Item extends WatchedObject>(
  response: IncomingMessage,
  path: string,
  watching: Watching<Item> & { heard: () => void },
): Promise<void> {
  const { statusCode = 0 } = response;
  if (statusCode !== 200)
    throw new KubernetesError(`The watch of ${path} was answered with ${statusCode}`, statusCode, "");
  watching.heard();
  watching.listener.onFollow?.();
  for await (const line of linesOf(response, path)) {
    watching.heard();
    // What still came after the end belongs to no watch: the next one may have listed already.
    if (watching.signal.aborted) return;
    if (line !== "") take(JSON.parse(line) as WatchLine<Item>, watching);
  }
}

/** Each line as soon as it is whole, until the connection ends, however it does. Throws where a line has no end. */
async function* linesOf(response: AsyncIterable<Buffer>, path: string): AsyncGenerator<string> {
  const received = response[Symbol.asyncIterator]();
  const next = () => received.next().catch(() => ({ done: true as const, value: undefined }));
  let parts: Buffer[] = [];
  let size = 0;
  for (let part = await next(); !part.done; part = await next()) {
    let rest: Buffer = part.value;
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]).toString("utf8");
      [parts, size, rest] = [[], 0, rest.subarray(end + 1)];
    }
    size += rest.length;
    if (size > MAX_LINE_BYTES) throw tooMuch(path);
    if (rest.length > 0) parts.push(rest);
  }
}

const NEWLINE = 10;

function tooMuch(path: string): KubernetesError {
  return new KubernetesError(
    `The API server's answer to ${path} is longer than any is: more than ${String(MAX_ITEMS)} objects, or an object of more than ${String(MAX_LINE_BYTES)} bytes`,
    0,
    "TooLong",
  );
}

interface WatchLine<Item> {
  type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  object: Item & { message?: string; code?: number; reason?: string };
}

function take<Item extends WatchedObject>(
  { type, object: whole }: WatchLine<Item>,
  { items, listener }: Watching<Item>,
): void {
  if (type === "ERROR")
    throw new KubernetesError(whole.message ?? "The watch ended", whole.code ?? 0, whole.reason ?? "");
  if (type !== "BOOKMARK") change(type, whole, { items, listener });
  const version = whole.metadata?.resourceVersion;
  if (version !== undefined) listener.onVersion?.(version);
}

function change<Item extends WatchedObject>(
  type: "ADDED" | "MODIFIED" | "DELETED",
  whole: Item,
  { items, listener }: Pick<Watching<Item>, "items" | "listener">,
): void {
  const object = listener.keep?.(whole) ?? whole;
  if (type === "DELETED") items.delete(keyOf(object));
  else items.set(keyOf(object), object);
  if (items.size > MAX_ITEMS) throw tooMuch("The watch");
  listener.onItem?.(type, object);
  listener.onChange?.(items);
}

function keyOf(item: WatchedObject): string {
  return `${item.metadata?.namespace ?? ""}/${item.metadata?.name ?? ""}`;
}
