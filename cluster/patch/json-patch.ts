import fastJsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import { StatusError, badRequest } from "../api/status.js";

/** Operations one JSON patch may carry, as kube-apiserver limits it. */
const MAX_OPERATIONS = 10_000;

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
    const document = structuredClone(target);
    return fastJsonPatch.applyPatch(document, patch as Operation[], true, true, true).newDocument;
  } catch (error) {
    throw doesNotApply(error);
  }
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
