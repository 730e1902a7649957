import type { ApiObject } from "../api/object.js";
import { gone } from "../api/status.js";
import { matcherOf, readPage } from "../rest/read.js";
import type { ObjectMatcher } from "../rest/read.js";
import type { FieldErrors } from "../validation/field-errors.js";
import type { Call } from "./call.js";
import { numberParameter } from "./call.js";
import { listOptionError, revisionParameter } from "./list-query.js";
import { listOptions } from "./read-handlers.js";
import { isTrue } from "./request-info.js";

/** Seconds after which a watch without a timeout of its own ends, so that clients spread anew. */
const DEFAULT_TIMEOUT_SECONDS = 3600;
/** The longest a timer of Node.js runs. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** What a watch asks for. */
export interface WatchQuery {
  /** Sent first, as ADDED: the state at `from`. */
  initial: ApiObject[];
  /** Later changes are sent. */
  from: number;
  /** Whether the end of the initial state is told by a bookmark. */
  marksInitialEnd: boolean;
  wantsBookmarks: boolean;
  timeoutMs: number;
  matches: ObjectMatcher;
  namespace: string | undefined;
}

/** Reads the query of a watch, and the state it begins with; throws 400, 410 or 422, and holds nothing that would have to be let go. */
export function watchQuery(call: Call): WatchQuery {
  const { core, type, info } = call;
  const { query } = info;
  const sendInitial = query.get("sendInitialEvents");
  requireConsistent(query);
  const revision = revisionParameter(query) ?? 0;
  const seconds = numberParameter(query, "timeoutSeconds") ?? DEFAULT_TIMEOUT_SECONDS;
  const isInitial = sendInitial === null ? revision === 0 : isTrue(sendInitial);
  const current = core.store.committedRevision;
  const isFromNow = isInitial || revision === 0;
  if (!isFromNow && revision < core.store.oldestRevision(type.storageKey)) throw tooOld(call, revision);
  const wantsBookmarks = isTrue(query.get("allowWatchBookmarks") ?? "false");
  return {
    initial: isInitial ? stateAt(call, current) : [],
    from: isFromNow ? current : revision,
    marksInitialEnd: sendInitial !== null && isInitial && wantsBookmarks,
    wantsBookmarks,
    timeoutMs: Math.min(Math.max(1, seconds) * 1000, MAX_TIMEOUT_MS),
    matches: matcherOf(type, listOptions(call)),
    namespace: type.namespaced ? call.namespace : undefined,
  };
}

function stateAt(call: Call, revision: number): ApiObject[] {
  const page = readPage(call.core, call.type, { ...listOptions(call), revision, limit: 0 });
  if (page === undefined) throw tooOld(call, revision);
  return page.items;
}

/** The refusal of a watch that would have to begin with changes that are forgotten. */
export function tooOld({ core, type }: Call, revision: number): Error {
  return gone(`too old resource version: ${revision} (${core.store.oldestRevision(type.storageKey)})`);
}

function requireConsistent(query: URLSearchParams): void {
  const field = "resourceVersionMatch";
  const match = query.get(field);
  const hasInitial = query.get("sendInitialEvents") !== null;
  const add: ((errors: FieldErrors) => void)[] = [];
  if (hasInitial && match !== "NotOlderThan")
    add.push((errors) =>
      errors.forbidden(field, `sendInitialEvents requires setting ${field} to NotOlderThan`),
    );
  if (match && !hasInitial)
    add.push((errors) =>
      errors.forbidden(field, `${field} is forbidden for watch unless sendInitialEvents is provided`),
    );
  if (match && match !== "NotOlderThan")
    add.push((errors) => errors.unsupported(field, match, ["NotOlderThan"]));
  if (add.length === 0) return;
  throw listOptionError((errors) => {
    for (const each of add) each(errors);
  });
}
