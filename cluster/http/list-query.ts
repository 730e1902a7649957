import { badRequest, StatusError } from "../api/status.js";
import { versionFault } from "../rest/metadata.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { numberParameter, optionError } from "./call.js";
import type { ContinueToken } from "./continue-token.js";
import { decodeContinue, LATEST } from "./continue-token.js";

/** Which part of which state a list asks for. */
export interface ListQuery {
  limit: number;
  /** The state to read. */
  revision: number;
  token?: ContinueToken;
}

/** What the query of a list asks for, with `current` the present revision; throws 400, 422 or 504 for what cannot be. */
export function listQuery(query: URLSearchParams, current: number): ListQuery {
  requireConsistent(query);
  // Nothing here takes as long as that, but what is no number is refused.
  numberParameter(query, "timeoutSeconds");
  const limit = Math.max(0, numberParameter(query, "limit") ?? 0);
  const text = query.get("continue");
  const wanted = parseRevision(query, (why) => badRequest(`invalid resource version: ${why}`));
  if (text) {
    const token = decodeContinue(text);
    if (wanted) throw badRequest("specifying resource version is not allowed when using continue");
    return { limit, token, revision: token.revision === LATEST ? current : token.revision };
  }
  if (wanted === undefined) return { limit, revision: current };
  // Any state will do, so a real API server answers from its cache, which knows no pages.
  if (wanted === 0) return { limit: 0, revision: current };
  if (wanted > current) throw revisionTooLarge(wanted, current);
  const match = query.get("resourceVersionMatch");
  const isExact = match === "Exact" || (!match && limit > 0);
  return { limit, revision: isExact ? wanted : current };
}

/** The number in `resourceVersion` of a watch or a single object; throws 500 without a reason for what is none, as a real API server does. */
export function revisionParameter(query: URLSearchParams): number | undefined {
  return parseRevision(query, (message) => new StatusError({ code: 500, reason: "", message }));
}

function parseRevision(query: URLSearchParams, refuse: (message: string) => Error): number | undefined {
  const text = query.get("resourceVersion");
  if (!text) return undefined;
  const fault = versionFault(text);
  if (fault === undefined) return Number(text);
  throw refuse(`resourceVersion: Invalid value: ${JSON.stringify(text)}: ${fault}`);
}

/** A list or watch option that contradicts others. */
export function listOptionError(add: (errors: FieldErrors) => void): Error {
  return optionError("ListOptions", "", add);
}

function requireConsistent(query: URLSearchParams): void {
  if (query.get("sendInitialEvents"))
    throw listOptionError((errors) =>
      errors.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"),
    );
  const match = query.get("resourceVersionMatch");
  if (!match) return;
  const field = "resourceVersionMatch";
  const errors: ((errors: FieldErrors) => void)[] = [];
  const forbid = (why: string): unknown => errors.push((list) => list.forbidden(field, why));
  if (!query.get("resourceVersion")) forbid(`${field} is forbidden unless resourceVersion is provided`);
  if (query.get("continue")) forbid(`${field} is forbidden when continue is provided`);
  if (match !== "Exact" && match !== "NotOlderThan")
    errors.push((list) => list.unsupported(field, match, ["Exact", "NotOlderThan", ""]));
  if (match === "Exact" && query.get("resourceVersion") === "0")
    forbid(`${field} "exact" is forbidden for resourceVersion "0"`);
  if (errors.length > 0)
    throw listOptionError((list) => {
      for (const add of errors) add(list);
    });
}

function revisionTooLarge(wanted: number, current: number): StatusError {
  return new StatusError({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${wanted}, current: ${current}`,
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  });
}
