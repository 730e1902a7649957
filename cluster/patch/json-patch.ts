import fastJsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import { isRecord } from "../api/field-access.js";
import { StatusError, badRequest } from "../api/status.js";
import { cannotUnmarshal } from "./go-text.js";

/** Operations one JSON patch may carry, as kube-apiserver limits it. */
const MAX_OPERATIONS = 10_000;
/** Bytes the operations of one patch may copy, as kube-apiserver limits them: a few that double would fill the memory. */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** Applies an RFC 6902 patch and returns the result; throws 400 for what is no patch and 422 for what does not apply. */
export function applyJsonPatch(target: unknown, patch: unknown): unknown {
  // Go reads a null as a list of no operations.
  if (patch === null) return target;
  if (!Array.isArray(patch)) throw notDecoded(patch, "[]handlers.jsonPatchOp");
  const odd = patch.find((operation: unknown) => operation !== null && !isRecord(operation)) as unknown;
  if (odd !== undefined) throw notDecoded(odd, "handlers.jsonPatchOp");
  if (patch.length > MAX_OPERATIONS) {
    throw new StatusError({
      code: 413,
      reason: "RequestEntityTooLarge",
      message: `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    });
  }
  try {
    const result = applyOperations(structuredClone(target), patch as Operation[]);
    if (!isRecord(result)) throw new TypeError("the patch makes something else of the object");
    return result;
  } catch (error) {
    throw doesNotApply(error);
  }
}

function notDecoded(value: unknown, goType: string): StatusError {
  return badRequest(`error decoding patch: ${cannotUnmarshal(value, goType)}`);
}

/** One after the other, so that what is copied can be counted before it is. */
function applyOperations(target: unknown, operations: Operation[]): unknown {
  let document = target;
  let copied = 0;
  for (const [index, written] of operations.entries()) {
    const operation = withoutGaps(rooted(written), document);
    if (movesIntoItself(operation)) throw new RangeError(`operation ${index} moves a value into itself`);
    if (isRecord(operation) && operation.op === "copy" && typeof operation.from === "string") {
      copied += sizeOf(fastJsonPatch.getValueByPointer(document, operation.from));
      if (copied > MAX_COPIED_BYTES)
        throw new RangeError(`the patch copies more than ${MAX_COPIED_BYTES} bytes`);
    }
    document = fastJsonPatch.applyOperation(document, operation, true, true, true, index).newDocument;
  }
  return document;
}

/** Go's library looks only at what comes after the first slash of a pointer, whatever stands before it. */
function rooted(operation: Operation): Operation {
  if (!isRecord(operation)) return operation;
  const given: Record<string, unknown> = operation;
  const pointers = Object.fromEntries(
    ["path", "from"].filter((name) => name in given).map((name) => [name, fromRoot(given[name])]),
  );
  return { ...given, ...pointers } as unknown as Operation;
}

function fromRoot(pointer: unknown): unknown {
  return typeof pointer === "string" && pointer.includes("/") ? pointer.slice(pointer.indexOf("/")) : pointer;
}

/**
 * To Go's library a field that is not there is null, where its object is: it is replaced, copied and compared with null, which the RFC
 * forbids and clients do.
 */
function withoutGaps(operation: Operation, document: unknown): Operation {
  if (!isRecord(operation)) return operation;
  if (operation.op === "replace" && isGap(document, operation.path)) return { ...operation, op: "add" };
  if (operation.op === "copy" && isGap(document, operation.from))
    return { op: "add", path: operation.path, value: null };
  const isOfNothing = operation.op === "test" && operation.value === null && isGap(document, operation.path);
  return isOfNothing ? { op: "test", path: "", value: document } : operation;
}

/** Whether there is no such field in an object that is there. */
function isGap(document: unknown, pointer: unknown): boolean {
  if (typeof pointer !== "string") return false;
  const slash = pointer.lastIndexOf("/");
  if (slash < 0) return false;
  const parent: unknown = fastJsonPatch.getValueByPointer(document, pointer.slice(0, slash));
  const name = pointer
    .slice(slash + 1)
    .replaceAll("~1", "/")
    .replaceAll("~0", "~");
  return isRecord(parent) && !Object.hasOwn(parent, name);
}

/** What RFC 6902, section 4.4, forbids: the value would hold itself. */
function movesIntoItself(operation: Operation): boolean {
  return (
    isRecord(operation) &&
    operation.op === "move" &&
    typeof operation.from === "string" &&
    typeof operation.path === "string" &&
    operation.path.startsWith(`${operation.from}/`)
  );
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}

/** kube-apiserver does not say which operation it was either. */
function doesNotApply(error: unknown): StatusError {
  return new StatusError({
    code: 422,
    reason: "Invalid",
    message: "the server rejected our request due to an error in our request",
    details: {},
    cause: error,
  });
}
