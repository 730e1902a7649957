import { setMaxListeners } from "node:events";

import type { V1Namespace, V1ObjectMeta } from "@kubernetes/client-node";

import { withDeadline } from "../../kubernetes/node/deadline.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { keepWatching } from "./keep-watching.js";
import { isNewer, type SeenVersions } from "./seen-versions.js";

const PATH = "/api/v1/namespaces";

/** Whoever looks at a console asks every few seconds; a cluster that nobody looks at is not watched. */
const IDLE_MS = 60_000;

/**
 * The first list comes in pages, twenty of them for ten thousand. What is not there by then is asked of the cluster, and the answer has to come within the
 * three seconds that one of several clusters may take.
 */
const FIRST_LIST_MS = 1500;

/** A watch tells within milliseconds; one that is slower is not waited for, and the cluster is asked for all of them. */
const CATCH_UP_MS = 1000;

/** An API server tells a watch how far it is once a minute; one that says less may be a connection that died without a word. */
const SILENT_MS = 90_000;

interface NamespaceWatchOptions {
  /** Opens what the watch runs on. */
  open: () => KubernetesClient;
  /** Asks the cluster for the version it is at now. */
  ask: () => Promise<string | undefined>;
  seen: SeenVersions;
}

/**
 * The namespaces of one cluster, for those who show them: of ten thousand the cluster needs a second to tell, and a watch tells what became of each. Begun
 * by the first who asks, ended when nobody has for a while. What is shown is no older than what was read and written here, and the cluster has answered
 * just now; of what others change it may be behind by the milliseconds a watch takes, so nothing is decided by it.
 */
export class NamespaceWatch {
  readonly #options: NamespaceWatchOptions;
  #running: Running | undefined;

  constructor(options: NamespaceWatchOptions) {
    this.#options = options;
  }

  /** Those with all of the labels; `undefined` where the watch is not up to it, and the cluster has to be asked. Throws what the cluster's silence throws. */
  async list(labels: Readonly<Record<string, string>>): Promise<V1Namespace[] | undefined> {
    const running = (this.#running ??= this.#start());
    running.idle.refresh();
    if (!(await running.isFollowing(FIRST_LIST_MS)) || running.isSilent) return undefined;
    const { ask, seen } = this.#options;
    if (!isNewer(await ask(), running.told)) return running.select(labels);
    // What the cluster told its watches before it answered is read by then.
    await new Promise((resolve) => setImmediate(resolve));
    const isCaughtUp = await running.hasTold(seen.newestWritten("namespaces"), CATCH_UP_MS);
    return isCaughtUp ? running.select(labels) : undefined;
  }

  #start(): Running {
    const running = new Running(this.#options.open(), () => {
      if (this.#running === running) this.#running = undefined;
    });
    return running;
  }
}

/** The watch while somebody asks. */
class Running {
  /** Ends it; begun anew by each who asks. */
  readonly idle: NodeJS.Timeout;
  /** The version up to which everything was told. */
  told = "0";
  readonly #end = new AbortController();
  readonly #waiting = new Set<() => void>();
  #items: ReadonlyMap<string, V1Namespace> = new Map();
  #isFollowing = false;
  /** Whoever asks is not kept waiting for what has failed. */
  #hasFailed = false;
  #heardAt = 0;

  constructor(calls: KubernetesClient, onEnd: () => void) {
    setMaxListeners(0, this.#end.signal);
    // The connections of its calls are those of others as well.
    this.idle = setTimeout(() => {
      onEnd();
      this.#end.abort();
    }, IDLE_MS);
    this.idle.unref();
    void this.#watch(calls);
  }

  /** Whether nothing was told for so long that it may have been lost. */
  get isSilent(): boolean {
    return performance.now() - this.#heardAt > SILENT_MS;
  }

  /** Resolves at once where the watch broke off and does not follow again yet. */
  async isFollowing(deadlineMs: number): Promise<boolean> {
    await this.#until(() => this.#isFollowing || this.#hasFailed, deadlineMs);
    return this.#isFollowing;
  }

  hasTold(version: string | undefined, deadlineMs: number): Promise<boolean> {
    return this.#until(() => this.#isFollowing && !isNewer(version, this.told), deadlineMs);
  }

  select(labels: Readonly<Record<string, string>>): V1Namespace[] {
    const wanted = Object.entries(labels);
    return [...this.#items.values()].filter(
      ({ metadata }) =>
        !metadata?.deletionTimestamp && wanted.every(([key, value]) => metadata?.labels?.[key] === value),
    );
  }

  async #watch(calls: KubernetesClient): Promise<void> {
    const { signal } = this.#end;
    const onLost = () => {
      this.#isFollowing = false;
      this.#hasFailed = true;
      this.#news();
    };
    const listener = {
      onList: () => {
        this.#isFollowing = false;
      },
      keep: (item: V1Namespace) => shownOf(item),
      onChange: (items: ReadonlyMap<string, V1Namespace>) => {
        this.#items = items;
        this.#news();
      },
      onVersion: (version: string) => {
        this.#heardAt = performance.now();
        if (isNewer(version, this.told)) this.told = version;
        this.#news();
      },
      onFollow: () => {
        this.#isFollowing = true;
        this.#hasFailed = false;
        this.#news();
      },
    };
    await keepWatching(calls, { path: PATH, listener }, { signal, onLost });
  }

  #news(): void {
    for (const look of this.#waiting) look();
  }

  async #until(isSo: () => boolean, deadlineMs: number): Promise<boolean> {
    if (isSo()) return true;
    let look: (() => void) | undefined;
    const waiting = new Promise<true>((resolve) => {
      look = () => (isSo() ? resolve(true) : undefined);
      this.#waiting.add(look);
    });
    try {
      return await withDeadline(deadlineMs, this.#end.signal, () => waiting);
    } catch {
      return false;
    } finally {
      if (look) this.#waiting.delete(look);
    }
  }
}

/** What of a namespace is shown, with times as typed clients give them. */
function shownOf({ metadata = {} }: V1Namespace): V1Namespace {
  const { name, uid, resourceVersion, generation, labels, ownerReferences } = metadata;
  const { creationTimestamp, deletionTimestamp, managedFields = [] } = metadata;
  const kept: V1ObjectMeta = {
    managedFields: managedFields.flatMap(({ time }) => (time ? [{ time: new Date(time) }] : [])),
    ...(name !== undefined && { name }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(generation !== undefined && { generation }),
    ...(labels && { labels }),
    ...(ownerReferences && { ownerReferences }),
    ...(creationTimestamp && { creationTimestamp: new Date(creationTimestamp) }),
    ...(deletionTimestamp && { deletionTimestamp: new Date(deletionTimestamp) }),
  };
  return { metadata: kept };
}
