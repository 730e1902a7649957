import type { ApiObject } from "../api/object.js";
import { badRequest, gone, tooManyRequests } from "../api/status.js";
import { PRIVILEGED_GROUP } from "../auth/rbac-authorizer.js";
import { apiVersionOf } from "../registry/resource-type.js";
import { inVersion } from "../rest/api-core.js";
import { listObjects, matcherOf } from "../rest/read.js";
import type { ObjectMatcher } from "../rest/read.js";
import type { StoreEvent } from "../store/watch-window.js";
import { tableOf } from "../table/table.js";
import type { Call } from "./call.js";
import { numberParameter } from "./call.js";
import { objectText } from "./object-text.js";
import { listOptions, notANumber } from "./read-handlers.js";
import { isTrue } from "./request-info.js";

/** Watches open at the same time, over all clients. */
const MAX_WATCHES = 2000;
/** Watches of one user who is no administrator: several busy tools, but not everybody else's share. */
export const MAX_WATCHES_PER_USER = 200;
/** Bytes a watcher may leave unread before it is dropped; it will list and watch again. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;
/** Milliseconds between bookmarks to clients that allow them. */
const BOOKMARK_INTERVAL_MS = 60_000;
/** Milliseconds between looks at whether the watcher may still watch; a real API server never looks again. */
const RECHECK_INTERVAL_MS = 5000;
/** Seconds after which a watch without a timeout of its own ends, so that clients spread anew. */
const DEFAULT_TIMEOUT_SECONDS = 3600;
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/** Open watches by user, for each store. */
const open = new WeakMap<object, Map<string, number>>();

/** Streams the changes of a resource until the client goes, the timeout passes or the client is too slow. */
export async function handleWatch(call: Call): Promise<void> {
  const release = claimWatch(call);
  try {
    const stream = new WatchStream(call);
    stream.start();
    await stream.ended;
  } finally {
    release();
  }
}

/** Counts the watch until released; throws 429 where there are too many, of one user or of all together. */
function claimWatch({ core, user }: Call): () => void {
  const byUser = open.get(core.store) ?? new Map<string, number>();
  open.set(core.store, byUser);
  const own = byUser.get(user.name) ?? 0;
  const all = [...byUser.values()].reduce((sum, count) => sum + count, 0);
  const limit = user.groups.includes(PRIVILEGED_GROUP) ? MAX_WATCHES : MAX_WATCHES_PER_USER;
  if (own >= limit || all >= MAX_WATCHES)
    throw tooManyRequests("too many watches are open, please try again later", 5);
  byUser.set(user.name, own + 1);
  return () => {
    const left = (byUser.get(user.name) ?? 1) - 1;
    if (left === 0) byUser.delete(user.name);
    else byUser.set(user.name, left);
  };
}

class WatchStream {
  readonly ended: Promise<void>;
  readonly #call: Call;
  readonly #matches: ObjectMatcher;
  readonly #namespace: string | undefined;
  readonly #wantsBookmarks: boolean;
  readonly #stops: (() => void)[] = [];
  #resolveEnded: () => void = () => undefined;
  #rejectEnded: (error: unknown) => void = () => undefined;
  #hasSentColumns = false;
  #isEnded = false;

  constructor(call: Call) {
    this.#call = call;
    this.#matches = matcherOf(call.type, listOptions(call));
    this.#namespace = call.type.namespaced ? call.namespace : undefined;
    this.#wantsBookmarks = isTrue(call.info.query.get("allowWatchBookmarks") ?? "false");
    this.ended = new Promise((resolve, reject) => {
      this.#resolveEnded = resolve;
      this.#rejectEnded = reject;
    });
  }

  start(): void {
    const backlog = this.#backlog();
    const { response } = this.#call.reply;
    this.#call.reply.writeWarnings();
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
    response.flushHeaders();
    const stop = this.#call.core.store.subscribe(this.#call.type.storageKey, this.#guarded);
    this.#stops.push(stop);
    this.#setTimers();
    const end = (): void => this.#end();
    response.once("close", end);
    // Who hung up before we listened never says so again.
    if (response.destroyed) return end();
    this.#call.signal.addEventListener("abort", end, { once: true });
    this.#stops.push(() => this.#call.signal.removeEventListener("abort", end));
    for (const event of backlog) this.#guarded(event);
    if (isTrue(this.#call.info.query.get("sendInitialEvents") ?? "false"))
      this.#bookmark({ [INITIAL_EVENTS_END]: "true" });
  }

  /** The events to send at once; throws 410 where they are no longer known. */
  #backlog(): StoreEvent[] {
    const { core, type, info } = this.#call;
    const from = info.query.get("resourceVersion") ?? "";
    const sendInitial = info.query.get("sendInitialEvents");
    if (sendInitial !== null && info.query.get("resourceVersionMatch") !== "NotOlderThan") {
      throw badRequest(
        "sendInitialEvents is forbidden for watch unless resourceVersionMatch is provided: resourceVersionMatch must be NotOlderThan",
      );
    }
    const isFromNow = sendInitial === "false" && (from === "" || from === "0");
    if (isFromNow) return [];
    if (from === "" || from === "0" || isTrue(sendInitial ?? "false")) {
      return listObjects(core, type, listOptions(this.#call)).map((object) => ({
        type: "ADDED",
        object,
        revision: 0,
      }));
    }
    const revision = Number(from);
    if (!Number.isInteger(revision) || revision < 0) {
      throw badRequest(notANumber(from));
    }
    const changes = core.store.changesAfter(type.storageKey, revision);
    if (changes !== undefined) return changes;
    throw gone(`too old resource version: ${revision} (${core.store.oldestRevision(type.storageKey)})`);
  }

  #setTimers(): void {
    const seconds = numberParameter(this.#call.info.query, "timeoutSeconds") ?? DEFAULT_TIMEOUT_SECONDS;
    const timeout = setTimeout(() => this.#end(), Math.max(1, seconds) * 1000);
    this.#stops.push(() => clearTimeout(timeout));
    const checks = setInterval(() => void this.#recheck(), RECHECK_INTERVAL_MS);
    this.#stops.push(() => clearInterval(checks));
    if (!this.#wantsBookmarks) return;
    const bookmarks = setInterval(() => this.#bookmark(), BOOKMARK_INTERVAL_MS);
    this.#stops.push(() => clearInterval(bookmarks));
  }

  /** Ends the watch of a token that died or a role that was taken away: the client hears why when it comes again. */
  async #recheck(): Promise<void> {
    try {
      await this.#call.authorizeAgain();
    } catch {
      this.#end();
    }
  }

  /** What one watch cannot show ends that watch, not the store that tells everybody. */
  readonly #guarded = (event: StoreEvent): void => {
    try {
      this.#onEvent(event);
    } catch (error) {
      this.#rejectEnded(error);
      this.#end();
    }
  };

  #onEvent(event: StoreEvent): void {
    const { object, previous } = event;
    if (this.#namespace !== undefined && object.metadata.namespace !== this.#namespace) return;
    const isMatch = this.#matches(object);
    const wasMatch = previous !== undefined && this.#matches(previous);
    if (event.type === "MODIFIED" && isMatch !== wasMatch) {
      // To this client the object appears or goes away.
      if (isMatch) this.#send("ADDED", object);
      else if (previous !== undefined)
        this.#send("DELETED", { ...previous, metadata: { ...previous.metadata, ...versionOf(object) } });
    } else if (isMatch || (event.type === "DELETED" && wasMatch)) {
      this.#send(event.type, object);
    }
  }

  #send(type: string, object: ApiObject): void {
    const versioned = inVersion(this.#call.type, object);
    if (this.#call.form.as === "object") {
      this.#write(`{"type":"${type}","object":${objectText(versioned)}}\n`);
      return;
    }
    const table = tableOf(this.#call, [versioned], { withColumns: !this.#hasSentColumns });
    this.#hasSentColumns = true;
    this.#write(`${JSON.stringify({ type, object: table })}\n`);
  }

  #bookmark(annotations?: Record<string, string>): void {
    const { type, core } = this.#call;
    const metadata = {
      resourceVersion: String(core.store.revision),
      creationTimestamp: null,
      ...(annotations && { annotations }),
    };
    const object = { kind: type.kind, apiVersion: apiVersionOf(type), metadata };
    this.#write(`${JSON.stringify({ type: "BOOKMARK", object })}\n`);
  }

  #write(line: string): void {
    if (this.#isEnded) return;
    const { response } = this.#call.reply;
    response.write(line);
    if (response.writableLength <= MAX_UNREAD_BYTES) return;
    response.destroy();
    this.#end();
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const stop of this.#stops) stop();
    this.#call.reply.response.end();
    this.#resolveEnded();
  }
}

function versionOf({ metadata }: ApiObject): { resourceVersion?: string } {
  return metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion };
}
