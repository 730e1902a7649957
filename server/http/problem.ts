import type { ErrorRequestHandler } from "express";
import type { Logger } from "pino";
import { ClusterUnreachable, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import type { ApiProblem } from "../../workshop/common/api.js";
import { WORKSHOP_ERRORS } from "../../workshop/common/errors.js";
import { ServerError, serverErrorCodes } from "../errors.js";

const STATUS: Record<string, number> = {
  [serverErrorCodes.badRequest]: 400,
  [serverErrorCodes.usage]: 400,
  [serverErrorCodes.unauthorized]: 401,
  [serverErrorCodes.linkRevoked]: 401,
  [serverErrorCodes.startClosed]: 403,
  [serverErrorCodes.tooManyTokens]: 409,
  [serverErrorCodes.signInFailed]: 403,
  [serverErrorCodes.ltiRefused]: 403,
  [serverErrorCodes.crossSite]: 403,
  [serverErrorCodes.eventForbidden]: 403,
  [serverErrorCodes.eventClosed]: 403,
  [serverErrorCodes.eventFull]: 409,
  [serverErrorCodes.eventCodeWrong]: 403,
  [serverErrorCodes.nameUnusable]: 400,
  [serverErrorCodes.notFound]: 404,
  [serverErrorCodes.tooLarge]: 413,
  [serverErrorCodes.tooManyRequests]: 429,
  [serverErrorCodes.diskFull]: 507,
  [serverErrorCodes.memoryShort]: 503,
  [serverErrorCodes.ingressBusy]: 503,
  [serverErrorCodes.ingressUnanswered]: 502,
  [serverErrorCodes.databaseFull]: 507,
  [serverErrorCodes.tooManySessions]: 503,
  [serverErrorCodes.sessionsMissing]: 503,
  [serverErrorCodes.notReady]: 503,
  [WORKSHOP_ERRORS.labUnavailable]: 409,
};

/** What an API server answers while it is being restarted, or has more to do than it can. */
const BUSY_STATUSES = [429, 500, 502, 503, 504];

/** What the other rooms' codes end in says what kind of refusal they are. */
const SUFFIX_STATUS: readonly [RegExp, number][] = [
  [/_(NOT_FOUND|UNKNOWN|MISSING)$/, 404],
  [/_(INVALID|UNREADABLE|BAD_[A-Z_]+)$/, 400],
  [/_(CONFLICT|IN_USE|EXISTS|BUSY|ENDED|NOT_ACTIVE|NOT_READY|NOT_RUNNABLE|CHANGED|UNUSABLE)$/, 409],
  [/_(TOO_MANY|QUEUE_FULL)$/, 429],
  [/_(FORBIDDEN|REFUSED)$/, 403],
  [/_(UNAVAILABLE|UNREACHABLE|HOST_LOST|NOT_IN_FORCE)$/, 503],
];

/** The status and body for an error; one without a code of ours is an internal error and tells the client nothing else. */
export function problemOf(error: unknown): { status: number; problem: ApiProblem } {
  const known = translate(error);
  if (known === undefined) {
    const message =
      "The server failed on this request; its log has the reason. Try again, and tell the operator if it stays.";
    return { status: 500, problem: { error: { code: serverErrorCodes.internal, message } } };
  }
  return { status: statusOf(known.code), problem: { error: known } };
}

/** Express' last word: answers with an `ApiProblem` and writes down what only the operator should see. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const { status, problem } = problemOf(error);
    const { method, path, ip: client } = request;
    const entry = { status, code: problem.error.code, method, path, client };
    if (status >= 500) log.error({ ...entry, err: error }, "request failed");
    else log.info(entry, problem.error.message);
    if (response.headersSent) {
      next(error);
      return;
    }
    if (status === 429 || status === 503) response.setHeader("retry-after", "10");
    response.status(status).json(problem);
  };
}

function statusOf(code: string): number {
  return STATUS[code] ?? SUFFIX_STATUS.find(([suffix]) => suffix.test(code))?.[1] ?? 500;
}

function translate(error: unknown): { code: string; message: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, status, type } = error as { code?: unknown; status?: unknown; type?: unknown };
  if (type === "entity.too.large")
    return coded(serverErrorCodes.tooLarge, "The request body is larger than allowed here.");
  if (type === "entity.parse.failed")
    return coded(serverErrorCodes.badRequest, "The request body is not JSON.");
  if (error instanceof KubernetesError) return isAway(error) ? clusterAway() : undefined;
  if (error instanceof ServerError) return { code: error.code, message: error.message };
  if (typeof code === "string" && /^(LAB|CHECK|SESSION|TERMINAL|POLICY)_/.test(code))
    return { code, message: error.message };
  // What Express and its body parser themselves refuse, such as a path that is not URL-encoded.
  if (typeof status === "number" && status < 500)
    return coded(serverErrorCodes.badRequest, "The request cannot be understood.");
  return undefined;
}

function isAway(error: KubernetesError): boolean {
  return error instanceof ClusterUnreachable || BUSY_STATUSES.includes(error.status);
}

function clusterAway(): { code: string; message: string } {
  return coded(
    serverErrorCodes.notReady,
    "The cluster does not answer just now. Try again in a moment; nothing was lost.",
  );
}

function coded(code: string, message: string): { code: string; message: string } {
  return { code, message };
}
