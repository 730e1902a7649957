import type { NextFunction, Request, Response } from "express";
import { ZodError } from "zod";

import { fieldProblems } from "../../../policy/common/field-problems.js";
import type { TmcProblem } from "../../../policy/common/tmc-api.js";
import { POLICY_ERROR, PolicyError, type PolicyErrorCode } from "../../../policy/node/errors.js";

type Reason = TmcProblem["reason"];

interface Kind {
  status: number;
  /** The gRPC code TMC's API answers with. */
  code: number;
  reason: Reason;
}

const INVALID: Kind = { status: 400, code: 3, reason: "InvalidArgument" };
const UNAVAILABLE: Kind = { status: 503, code: 14, reason: "Unavailable" };
const NOT_FOUND: Kind = { status: 404, code: 5, reason: "NotFound" };

const KINDS: Record<PolicyErrorCode, Kind> = {
  [POLICY_ERROR.invalid]: INVALID,
  [POLICY_ERROR.notFound]: NOT_FOUND,
  [POLICY_ERROR.exists]: { status: 409, code: 6, reason: "AlreadyExists" },
  [POLICY_ERROR.inUse]: { status: 409, code: 9, reason: "FailedPrecondition" },
  [POLICY_ERROR.conflict]: { status: 409, code: 9, reason: "FailedPrecondition" },
  [POLICY_ERROR.forbidden]: { status: 403, code: 7, reason: "PermissionDenied" },
  [POLICY_ERROR.notInForce]: { status: 504, code: 4, reason: "DeadlineExceeded" },
  [POLICY_ERROR.clusterRefused]: UNAVAILABLE,
  [POLICY_ERROR.clusterUnreachable]: UNAVAILABLE,
};

/** Answers every failure of the policy API in TMC's shape; what is unexpected goes on to the application's own handler. */
export function answerProblem(
  error: unknown,
  _request: Request,
  response: Response,
  next: NextFunction,
): void {
  const problem = problemOf(error);
  if (!problem) {
    next(error);
    return;
  }
  response.status(problem.status).json(problem.body);
}

/** The answer to a path the API does not have. */
export function answerUnknownPath(request: Request, response: Response): void {
  const { status, body } = describe(
    NOT_FOUND,
    `${request.method} ${request.path} is no path of the policy API`,
  );
  response.status(status).json(body);
}

interface Problem {
  status: number;
  body: TmcProblem;
}

function problemOf(error: unknown): Problem | undefined {
  if (error instanceof PolicyError) return describe(KINDS[error.code], error.message, error.fields);
  if (error instanceof ZodError) {
    const { fields, text } = fieldProblems(error.issues, "body");
    return describe(INVALID, text, fields);
  }
  const status = bodyParserStatus(error);
  if (status === 413) return describe({ ...INVALID, status }, "the body is too large");
  if (status === 400) return describe(INVALID, "the body is not valid JSON");
  return undefined;
}

function describe({ status, code, reason }: Kind, text: string, fields: TmcProblem["fields"] = []): Problem {
  const message = `${reason}: ${text}`;
  return { status, body: { error: message, code, message, reason, ...(fields.length > 0 && { fields }) } };
}

function bodyParserStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("status" in error)) return undefined;
  return typeof error.status === "number" ? error.status : undefined;
}
