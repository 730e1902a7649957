import type { ResourceRef } from "./object.js";

/** One entry of `Status.details.causes`. */
export interface StatusCause {
  reason?: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** The answer of the API to anything that is not an object (Kubernetes `metav1.Status`). */
export interface Status {
  kind: "Status";
  apiVersion: "v1";
  /** `continue` goes on with a list that cannot be told as it was. */
  metadata: { continue?: string };
  status: "Success" | "Failure";
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code: number;
}

export interface FailureOptions {
  code: number;
  reason: string;
  message: string;
  details?: StatusDetails;
  metadata?: Status["metadata"];
  cause?: unknown;
}

/** A refusal of the API: what a client receives is `status`, and `message` is the text kubectl prints. */
export class StatusError extends Error {
  override readonly name = "StatusError";
  readonly status: Status;

  constructor(failure: FailureOptions) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: failure.metadata ?? {},
      status: "Failure",
      message: failure.message,
      // Go leaves out what is empty.
      ...(failure.reason !== "" && { reason: failure.reason }),
      ...(failure.details && { details: failure.details }),
      code: failure.code,
    };
  }

  get code(): number {
    return this.status.code;
  }

  get reason(): string {
    return this.status.reason ?? "";
  }
}

/** `deployments.apps`, or `pods` for the core group: how the API names a resource in its texts. */
export function qualifiedResource(ref: Pick<ResourceRef, "group" | "resource">): string {
  return ref.group === "" ? ref.resource : `${ref.resource}.${ref.group}`;
}

export function notFound(ref: Pick<ResourceRef, "group" | "resource">, name: string): StatusError {
  return new StatusError({
    code: 404,
    reason: "NotFound",
    message: `${qualifiedResource(ref)} ${JSON.stringify(name)} not found`,
    details: objectDetails(ref, name),
  });
}

export function alreadyExists(ref: Pick<ResourceRef, "group" | "resource">, name: string): StatusError {
  return new StatusError({
    code: 409,
    reason: "AlreadyExists",
    message: `${qualifiedResource(ref)} ${JSON.stringify(name)} already exists`,
    details: objectDetails(ref, name),
  });
}

export function conflict(
  ref: Pick<ResourceRef, "group" | "resource">,
  name: string,
  why: string,
): StatusError {
  return new StatusError({
    code: 409,
    reason: "Conflict",
    message: `Operation cannot be fulfilled on ${qualifiedResource(ref)} ${JSON.stringify(name)}: ${why}`,
    details: objectDetails(ref, name),
  });
}

/** `why` is the text after "is forbidden: ". */
export function forbidden(
  ref: Pick<ResourceRef, "group" | "resource">,
  name: string,
  why: string,
): StatusError {
  const subject = name === "" ? qualifiedResource(ref) : `${qualifiedResource(ref)} ${JSON.stringify(name)}`;
  return new StatusError({
    code: 403,
    reason: "Forbidden",
    message: `${subject} is forbidden: ${why}`,
    details: objectDetails(ref, name),
  });
}

export function unauthorized(): StatusError {
  return new StatusError({ code: 401, reason: "Unauthorized", message: "Unauthorized" });
}

export function badRequest(message: string, cause?: unknown): StatusError {
  return new StatusError({ code: 400, reason: "BadRequest", message, cause });
}

export function methodNotAllowed(message: string): StatusError {
  return new StatusError({ code: 405, reason: "MethodNotAllowed", message, details: {} });
}

/** None of the media types that the client takes can be answered in. */
export function notAcceptable(message: string, details?: Status["details"]): StatusError {
  return new StatusError({ code: 406, reason: "NotAcceptable", message, ...(details && { details }) });
}

/** The generic 404 for a path that leads nowhere. */
export function pathNotFound(): StatusError {
  return new StatusError({
    code: 404,
    reason: "NotFound",
    message: "the server could not find the requested resource",
    details: {},
  });
}

/** `next` is a token that goes on with a list all the same, in another state. */
export function gone(message: string, next?: string): StatusError {
  const metadata = next === undefined ? {} : { continue: next };
  return new StatusError({ code: 410, reason: "Expired", message, metadata });
}

export function unsupportedMediaType(accepted: string[]): StatusError {
  const quoted = accepted.join(", ");
  return new StatusError({
    code: 415,
    reason: "UnsupportedMediaType",
    message: `the body of the request was in an unknown format - accepted media types include: ${quoted}`,
  });
}

export function tooLarge(message: string): StatusError {
  return new StatusError({ code: 413, reason: "RequestEntityTooLarge", message });
}

export function tooManyRequests(message: string, retryAfterSeconds?: number): StatusError {
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return new StatusError({ code: 429, reason: "TooManyRequests", message, details });
}

export function serviceUnavailable(message: string): StatusError {
  return new StatusError({ code: 503, reason: "ServiceUnavailable", message });
}

export function notImplemented(message: string): StatusError {
  return new StatusError({ code: 501, reason: "NotImplemented", message });
}

export function internalError(message: string, cause?: unknown): StatusError {
  const causes = [{ message }];
  return new StatusError({
    code: 500,
    reason: "InternalError",
    message: `Internal error occurred: ${message}`,
    details: { causes },
    cause,
  });
}

/** One violation of an object's schema or rules (Kubernetes `field.Error`). */
export interface FieldError {
  field: string;
  /** `FieldValueInvalid`, `FieldValueRequired`, ... */
  reason: string;
  /** Without the field, such as `Invalid value: "A": must be lower case`. */
  detail: string;
}

/** The 422 answer that lists every violation; `errors` must not be empty. */
export function invalid(
  kind: { group: string; kind: string },
  name: string,
  errors: FieldError[],
): StatusError {
  const causes = errors.map(({ field, reason, detail }) => ({ reason, message: detail, field }));
  const texts = [
    ...new Set(errors.map(({ field, detail }) => (field === "" ? detail : `${field}: ${detail}`))),
  ];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const qualified = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError({
    code: 422,
    reason: "Invalid",
    message: `${qualified} ${JSON.stringify(name)} is invalid: ${list}`,
    details: {
      ...(name !== "" && { name }),
      ...(kind.group !== "" && { group: kind.group }),
      ...(kind.kind !== "" && { kind: kind.kind }),
      causes,
    },
  });
}

function objectDetails(ref: Pick<ResourceRef, "group" | "resource">, name: string): StatusDetails {
  return {
    ...(name !== "" && { name }),
    ...(ref.group !== "" && { group: ref.group }),
    kind: ref.resource,
  };
}
