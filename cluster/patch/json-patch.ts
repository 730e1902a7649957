import fastJsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import { isRecord } from "../api/field-access.js";
import { StatusError, badRequest } from "../api/status.js";

/** Operations one JSON patch may carry, as kube-apiserver limits it. */
const MAX_OPERATIONS = 10_000;
/** Bytes the operations of one patch may copy, as kube-apiserver limits them: a few that double would fill the memory. */
const MAX_COPIED_BYTES = 3 * 1024 * 1024;

/** Applies an RFC 6902 patch and returns the result; throws 400 for what is no patch and 422 for what does not apply. */
export function applyJsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw badRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  }
  if (patch.length > MAX_OPERATIONS) {
    throw new StatusError({
      code: 413,
      reason: "RequestEntityTooLarge",
      message: `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`,
    });
  }
  try {
    return applyOperations(structuredClone(target), patch as Operation[]);
  } catch (error) {
    throw doesNotApply(error);
  }
}

/** One after the other, so that what is copied can be counted before it is. */
function applyOperations(target: unknown, operations: Operation[]): unknown {
  let document = target;
  let copied = 0;
  for (const [index, operation] of operations.entries()) {
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
