import { setTimeout as sleep } from "node:timers/promises";
import type { EventRow, ObjectRow, ViewStanding } from "../../common/kubernetes-view.js";
import { type WatchedObject, watchCollection } from "../../../kubernetes/node/collection-watch.js";
import {
  ClusterUnreachable,
  type KubernetesClient,
  KubernetesError,
} from "../../../kubernetes/node/kubernetes-client.js";
import { eventRowOf, rowOf } from "./row-of.js";
import { type ViewedKind, viewedKinds } from "./viewed-kinds.js";
import type { ViewedObject } from "./viewed-object.js";

/** From one look at what kinds there are to the next: a kind that a learner installs is shown soon after. */
const KINDS_EVERY_MS = 10_000;
/** Where the rules allow a kind that the cluster refuses, it is tried again this soon, and each time half as often, as far as the second figure. */
const REFUSED_MS = 10_000;
const LONGEST_REFUSED_MS = 5 * 60_000;
/** A watch that comes back within this time was not worth a word. */
const PATIENCE_MS = 2_000;
/** Rows of objects, some 500 bytes each: more than a quota of any lab lets be made. */
const MAX_ROWS = 5_000;
/** The newest ones; a namespace in trouble makes more than anybody reads. */
const MAX_EVENTS = 500;

/** Where a session's objects are. */
export interface ViewedPlace {
  /** The session's own namespace. */
  namespace: string;
  /** The learner administers the whole cluster: all its namespaces are looked at but those of the cluster itself. */
  isWholeCluster: boolean;
  /** The cluster by the learner's account; asked again and again, so that its token does not run out. */
  client(): Promise<KubernetesClient>;
}

/** What is remembered of an object. */
interface Kept extends WatchedObject {
  uid?: string;
  row?: ObjectRow;
  event?: EventRow;
}

interface KindWatch {
  end: AbortController;
  hasListed: boolean;
  problem?: { text: string; since: number } | undefined;
}

/** A kind that the cluster refused though no rule said so, as authorizers do that cannot list what they allow. */
interface Refused {
  /** Plural; absent for kinds of others, which are no learner's unless a role says so. */
  plural: string | undefined;
  waitMs: number;
  until: number;
}

/** One watch for each kind of a session's namespace, for as long as somebody looks; it keeps a line of each object. */
export class NamespaceWatch {
  readonly rows = new Map<string, ObjectRow>();
  readonly events = new Map<string, EventRow>();
  readonly #place: ViewedPlace;
  readonly #onChange: (uid: string) => void;
  readonly #end = new AbortController();
  readonly #kinds = new Map<string, KindWatch>();
  readonly #leftOut = new Set<string>();
  /** By address; until it could be read after all. */
  readonly #refused = new Map<string, Refused>();
  #unread: string[] = [];
  #hasKinds = false;
  #client: KubernetesClient | undefined;
  #problem: { text: string; since: number } | undefined;

  /** `onChange` is told of every object and event that has come, changed or gone. */
  constructor(place: ViewedPlace, onChange: (uid: string) => void) {
    this.#place = place;
    this.#onChange = onChange;
    void this.#lookForKinds();
  }

  stop(): void {
    this.#end.abort(new Error("nobody looks any more"));
    for (const { end } of this.#kinds.values()) end.abort(new Error("nobody looks any more"));
  }

  standing(): ViewStanding {
    const watches = [...this.#kinds.values()];
    const refused = [...this.#refused.values()].flatMap(({ plural }) => plural ?? []);
    const now = performance.now();
    const lasting = [this.#problem, ...watches.map(({ problem }) => problem)].find(
      (problem) => problem !== undefined && now - problem.since > PATIENCE_MS,
    );
    return {
      isComplete:
        this.#hasKinds &&
        [...this.#kinds].every(([address, { hasListed }]) => hasListed || this.#refused.has(address)),
      ...(lasting && { problem: lasting.text }),
      unread: [...new Set([...this.#unread, ...refused])].toSorted(),
      leftOut: this.#leftOut.size,
    };
  }

  async #lookForKinds(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      try {
        const client = await this.#place.client();
        const { kinds, unread } = await viewedKinds(client, this.#place.namespace, signal);
        this.#unread = unread;
        this.#follow(client, kinds);
        this.#hasKinds = true;
        this.#problem = undefined;
      } catch (error) {
        if (signal.aborted) return;
        this.#problem ??= { text: wordsOf(error), since: performance.now() };
      }
      await sleep(this.#problem === undefined ? KINDS_EVERY_MS : PATIENCE_MS, undefined, { signal }).catch(
        () => undefined,
      );
    }
  }

  /** Begins to watch kinds that have come, and ends the watches of those that are gone. */
  #follow(client: KubernetesClient, kinds: readonly ViewedKind[]): void {
    if (this.#client !== client) this.#beginAnew();
    this.#client = client;
    const wanted = new Map<string, ViewedKind | undefined>(
      kinds.map((kind) => [`${kind.api}/${kind.plural}`, kind]),
    );
    wanted.set(EVENTS, undefined);
    for (const [address, { end }] of this.#kinds)
      if (!wanted.has(address)) {
        end.abort(new Error("the kind is gone"));
        this.#kinds.delete(address);
        for (const row of this.rows.values())
          if (`${row.api}/${row.plural}` === address) this.#forget(row.uid);
      }
    for (const address of this.#refused.keys()) if (!wanted.has(address)) this.#refused.delete(address);
    for (const [address, kind] of wanted) {
      const isRefused = (this.#refused.get(address)?.until ?? 0) > performance.now();
      if (!this.#kinds.has(address) && !isRefused) void this.#watch(client, address, kind);
    }
  }

  /** The connections before are of an account that is not good any more. */
  #beginAnew(): void {
    for (const { end } of this.#kinds.values()) end.abort(new Error("the cluster is reached anew"));
    this.#kinds.clear();
    this.#refused.clear();
    for (const uid of [...this.rows.keys(), ...this.events.keys()]) this.#forget(uid);
  }

  async #watch(client: KubernetesClient, address: string, kind: ViewedKind | undefined): Promise<void> {
    const watch: KindWatch = { end: new AbortController(), hasListed: false };
    this.#kinds.set(address, watch);
    const { signal } = watch.end;
    try {
      await watchCollection<Kept>(
        client,
        this.#pathOf(address),
        {
          keep: (object) => keptOf(kind, object as ViewedObject),
          onItem: (type, kept) => this.#take(type, kept, watch.hasListed),
          onChange: () => {
            watch.hasListed = true;
            this.#refused.delete(address);
          },
          // A list alone says nothing of the watch, which may be refused each time anew.
          onFollow: () => {
            watch.problem = undefined;
          },
          onError: (error) => {
            watch.problem ??= { text: watchWordsOf(address, error), since: performance.now() };
          },
        },
        signal,
      );
    } catch (error) {
      // Refused from the beginning; a later look at the kinds tries it again.
      if (signal.aborted) return;
      this.#kinds.delete(address);
      if (error instanceof KubernetesError && error.status === 403) this.#leaveUnread(address, kind);
      else this.#problem ??= { text: wordsOf(error), since: performance.now() };
    }
  }

  #leaveUnread(address: string, kind: ViewedKind | undefined): void {
    const before = this.#refused.get(address)?.waitMs ?? REFUSED_MS / 2;
    const waitMs = Math.min(before * 2, LONGEST_REFUSED_MS);
    const plural = kind === undefined ? "events" : kind.section === "custom" ? undefined : kind.plural;
    this.#refused.set(address, { plural, waitMs, until: performance.now() + waitMs });
  }

  #pathOf(address: string): string {
    if (this.#place.isWholeCluster) return address;
    const at = address.lastIndexOf("/");
    return `${address.slice(0, at)}/namespaces/${this.#place.namespace}${address.slice(at)}`;
  }

  #take(type: "ADDED" | "MODIFIED" | "DELETED", kept: Kept, isLive: boolean): void {
    const { uid = "", row, event, metadata } = kept;
    if (this.#isOfCluster(metadata?.namespace ?? "")) return;
    if (type === "DELETED") return this.#forget(uid);
    if (event !== undefined) this.#takeEvent(event);
    if (row === undefined) return;
    if (!this.rows.has(uid) && this.rows.size >= MAX_ROWS) {
      this.#leftOut.add(uid);
      return;
    }
    // What is seen to happen happens now, whatever the cluster's clock says.
    this.rows.set(uid, isLive ? { ...row, changedAt: Math.max(row.changedAt, Date.now()) } : row);
    this.#onChange(uid);
  }

  #isOfCluster(namespace: string): boolean {
    return this.#place.isWholeCluster && namespace.startsWith("kube-");
  }

  #takeEvent(event: EventRow): void {
    this.events.delete(event.uid);
    this.events.set(event.uid, event);
    this.#onChange(event.uid);
    if (this.events.size <= MAX_EVENTS) return;
    const [oldest] = [...this.events.values()].toSorted((one, other) => one.lastAt - other.lastAt);
    if (oldest) this.#forget(oldest.uid);
  }

  #forget(uid: string): void {
    this.#leftOut.delete(uid);
    const isKnown = this.rows.delete(uid) || this.events.delete(uid);
    if (isKnown) this.#onChange(uid);
  }
}

/** Their own API, by which kubectl reads them as well. */
const EVENTS = "/api/v1/events";

function keptOf(kind: ViewedKind | undefined, object: ViewedObject): Kept {
  const { uid = "", name, namespace, resourceVersion } = object.metadata ?? {};
  const metadata = {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  };
  return kind === undefined
    ? { uid, metadata, event: eventRowOf(object) }
    : { uid, metadata, row: rowOf(kind, object) };
}

/** Of what was listed before. */
function watchWordsOf(address: string, error: unknown): string {
  if (!(error instanceof KubernetesError) || error.status !== 403) return wordsOf(error);
  const plural = address.slice(address.lastIndexOf("/") + 1);
  return `You may not watch ${plural}, so changes of them are seen late, or not at all.`;
}

function wordsOf(error: unknown): string {
  if (error instanceof ClusterUnreachable) return "The cluster does not answer.";
  const message = error instanceof Error ? error.message : String(error);
  return `The cluster could not be read: ${message.replace(/\.$/, "")}.`;
}
