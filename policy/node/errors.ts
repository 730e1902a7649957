/** Every way the policy rooms refuse; `docs/errors.md` says what to do about each. */
export const POLICY_ERROR = {
  invalid: "POLICY_INVALID",
  notFound: "POLICY_NOT_FOUND",
  exists: "POLICY_EXISTS",
  inUse: "POLICY_IN_USE",
  conflict: "POLICY_CONFLICT",
  forbidden: "POLICY_FORBIDDEN",
  notInForce: "POLICY_NOT_IN_FORCE",
  clusterRefused: "POLICY_CLUSTER_REFUSED",
  clusterUnreachable: "POLICY_CLUSTER_UNREACHABLE",
} as const;

export type PolicyErrorCode = (typeof POLICY_ERROR)[keyof typeof POLICY_ERROR];

export interface FieldProblem {
  path: string;
  message: string;
}

/** What this room throws. */
export class PolicyError extends Error {
  readonly code: PolicyErrorCode;
  readonly fields: FieldProblem[];

  constructor(
    code: PolicyErrorCode,
    message: string,
    options: { cause?: unknown; fields?: FieldProblem[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PolicyError";
    this.code = code;
    this.fields = options.fields ?? [];
  }
}

export function isNotInForce(error: unknown): error is PolicyError {
  return error instanceof PolicyError && error.code === POLICY_ERROR.notInForce;
}
