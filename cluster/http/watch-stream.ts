import type { ApiObject } from "../api/object.js";
import { internalError, StatusError } from "../api/status.js";
import { apiVersionOf } from "../registry/resource-type.js";
import { inVersion } from "../rest/api-core.js";
import type { StoreEvent } from "../store/history.js";
import { tableOf } from "../table/table.js";
import type { Call } from "./call.js";
import { partialKind, textInForm } from "./object-form.js";
import { sharedLine, WatchLine } from "./watch-line.js";
import { WatchOutput } from "./watch-output.js";
import { tooOld } from "./watch-query.js";
import type { WatchQuery } from "./watch-query.js";

/** Milliseconds between bookmarks to clients that allow them. */
const BOOKMARK_INTERVAL_MS = 60_000;
/** Milliseconds between looks at whether the watcher may still watch; a real API server never looks again. */
const RECHECK_INTERVAL_MS = 5000;
/** Milliseconds a client has to read the rest of a watch that has ended. */
const READ_REST_MS = 60_000;
/** Changes taken from the history at a time. */
const CHANGES_AT_ONCE = 100;
/** Characters sent in one go, so that many small events share a packet and large ones are not gathered. */
const BATCH_CHARS = 64 * 1024;
const INITIAL_EVENTS_END = "k8s.io/initial-events-end";

/**
 * One watch. It keeps no events of its own: it reads the store's history from where it is as fast as its client takes
 * them, and ends with 410 Expired when the history has gone past it.
 */
export class WatchStream {
  readonly #call: Call;
  readonly #query: WatchQuery;
  readonly #stops: (() => void)[] = [];
  readonly #lines: Generator<WatchLine | undefined, void>;
  readonly #output: WatchOutput;
  /** Every change up to this revision is sent, or none of the watch's. */
  #sent: number;
  #isBookmarkDue = false;
  #hasSentColumns = false;
  #isWaiting = false;
  #isEnded = false;

  constructor(call: Call, query: WatchQuery) {
    this.#call = call;
    this.#query = query;
    this.#sent = query.from;
    this.#lines = this.#allLines();
    this.#output = new WatchOutput(call.reply.response);
  }

  /** Resolves when the connection is done with. */
  async run(): Promise<void> {
    const { reply, core, type, signal } = this.#call;
    const { response } = reply;
    // Who hung up before we listened never says so again.
    if (response.destroyed) return;
    const closed = new Promise<void>((resolve) => response.once("close", resolve));
    reply.writeWarnings();
    response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
    response.flushHeaders();
    const end = (): void => this.#end();
    this.#stops.push(core.store.follow(type.storageKey, () => this.#wake()));
    this.#setTimers();
    response.once("close", end);
    signal.addEventListener("abort", end, { once: true });
    this.#stops.push(() => signal.removeEventListener("abort", end));
    this.#wake();
    await closed;
  }

  #setTimers(): void {
    const timeout = setTimeout(() => this.#end(), this.#query.timeoutMs);
    const checks = setInterval(() => void this.#recheck(), RECHECK_INTERVAL_MS);
    this.#stops.push(
      () => clearTimeout(timeout),
      () => clearInterval(checks),
    );
    if (!this.#query.wantsBookmarks) return;
    const bookmarks = setInterval(() => {
      this.#isBookmarkDue = true;
      this.#wake();
    }, BOOKMARK_INTERVAL_MS);
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

  /**
   * Sends what there is. The store wakes its watches when the changes of a turn are on disk and before it answers whoever made them:
   * one who writes as fast as the answers come leaves nobody who watches behind.
   */
  #wake(): void {
    if (!this.#isWaiting) this.#send();
  }

  #send(): void {
    while (!this.#isEnded) {
      const batch = this.#nextBatch();
      if (batch === undefined) return;
      if (this.#output.write(batch)) continue;
      this.#isWaiting = true;
      this.#output.whenDrained(() => {
        this.#isWaiting = false;
        this.#send();
      });
      return;
    }
  }

  /** A single line as it is, for other watches send it too. */
  #nextBatch(): WatchLine | undefined {
    const batch: WatchLine[] = [];
    let length = 0;
    try {
      while (length < BATCH_CHARS) {
        const next = this.#lines.next();
        if (next.done === true || next.value === undefined) break;
        batch.push(next.value);
        length += next.value.text.length;
      }
    } catch (error) {
      // What one watch cannot show ends that watch, with the reason in it.
      this.#output.write(joined([...batch, new WatchLine(this.#errorLine(error))]));
      this.#end();
      return undefined;
    }
    return batch.length > 1 ? joined(batch) : batch[0];
  }

  /** Every line of the watch; none where there is nothing to send for now. */
  *#allLines(): Generator<WatchLine | undefined, void> {
    for (const object of this.#query.initial) yield new WatchLine(this.#text("ADDED", object));
    if (this.#query.marksInitialEnd) yield new WatchLine(this.#bookmark({ [INITIAL_EVENTS_END]: "true" }));
    for (;;) {
      const { store } = this.#call.core;
      const { storageKey } = this.#call.type;
      const changes = store.changesAfter(storageKey, this.#sent, CHANGES_AT_ONCE);
      if (changes === undefined) throw tooOld(this.#call, this.#sent);
      for (const change of changes) {
        this.#sent = change.revision;
        const line = this.#lineOf(change);
        if (line !== undefined) yield line;
      }
      if (changes.length > 0) continue;
      this.#sent = Math.max(this.#sent, store.committedRevision);
      yield this.#dueBookmark();
    }
  }

  #lineOf({ type, object, previous }: StoreEvent): WatchLine | undefined {
    const { namespace, matches } = this.#query;
    if (namespace !== undefined && object.metadata.namespace !== namespace) return undefined;
    const shown = inVersion(this.#call.type, object);
    const before = previous && inVersion(this.#call.type, previous);
    const isMatch = matches(shown);
    const wasMatch = before !== undefined && matches(before);
    if (type === "MODIFIED" && isMatch !== wasMatch) {
      // To this client the object appears or goes away.
      if (isMatch) return this.#line("ADDED", shown);
      const metadata = { ...before?.metadata, ...versionOf(shown) };
      return new WatchLine(this.#text("DELETED", { ...(before ?? shown), metadata }));
    }
    return isMatch || (type === "DELETED" && wasMatch) ? this.#line(type, shown) : undefined;
  }

  /** `object`: as it is in the store. */
  #line(type: string, object: ApiObject): WatchLine {
    const { form } = this.#call;
    if (form.as === "table") return new WatchLine(this.#text(type, object));
    return sharedLine(object, `${type} ${form.as === "metadata" ? form.version : ""}`, () =>
      this.#text(type, object),
    );
  }

  #text(type: string, object: ApiObject): string {
    const { form } = this.#call;
    if (form.as !== "table") return `{"type":"${type}","object":${textInForm(form, object)}}\n`;
    const table = tableOf(this.#call, [object], { withColumns: !this.#hasSentColumns });
    this.#hasSentColumns = true;
    return `${JSON.stringify({ type, object: table })}\n`;
  }

  #dueBookmark(): WatchLine | undefined {
    if (!this.#isBookmarkDue) return undefined;
    this.#isBookmarkDue = false;
    return new WatchLine(this.#bookmark());
  }

  #bookmark(annotations?: Record<string, string>): string {
    const { type, form } = this.#call;
    const metadata = { resourceVersion: String(this.#sent), ...(annotations && { annotations }) };
    const kind =
      form.as === "metadata"
        ? partialKind(form.version)
        : { kind: type.kind, apiVersion: apiVersionOf(type) };
    const object = { ...kind, metadata };
    return `${JSON.stringify({ type: "BOOKMARK", object })}\n`;
  }

  #errorLine(error: unknown): string {
    const refusal = error instanceof StatusError ? error : internalError((error as Error).message, error);
    if (!(error instanceof StatusError)) this.#call.core.failures.report("a watch", error);
    return `${JSON.stringify({ type: "ERROR", object: refusal.status })}\n`;
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const stop of this.#stops) stop();
    const { response } = this.#call.reply;
    response.end();
    if (response.closed || response.destroyed) return;
    const rest = setTimeout(() => response.destroy(), READ_REST_MS);
    response.once("close", () => clearTimeout(rest));
  }
}

function versionOf({ metadata }: ApiObject): { resourceVersion?: string } {
  return metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion };
}

function joined(lines: WatchLine[]): WatchLine {
  return new WatchLine(lines.map(({ text }) => text).join(""));
}
