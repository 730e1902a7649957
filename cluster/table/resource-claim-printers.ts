import { recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { objectAge } from "./cells.js";
import type { Printer } from "./printers.js";

const GROUP = "resource.k8s.io";

/** Kinds of dynamic resource allocation. */
export const resourceClaimPrinters: Record<string, Printer> = {
  [`${GROUP}/ResourceClaim`]: (object, context) => [
    object.metadata.name,
    claimState(object),
    objectAge(object, context),
  ],
  [`${GROUP}/ResourceSlice`]: (object, context) => [
    object.metadata.name,
    textAt(object, "spec.nodeName"),
    textAt(object, "spec.driver"),
    textAt(object, "spec.pool.name"),
    objectAge(object, context),
  ],
};

function claimState(claim: ApiObject): string {
  const isDeleted = claim.metadata.deletionTimestamp !== undefined;
  if (recordAt(claim, "status.allocation") === undefined) return isDeleted ? "deleted" : "pending";
  const isReserved = recordsAt(claim, "status.reservedFor").length > 0;
  return [isDeleted && "deleted", "allocated", isReserved && "reserved"].filter(Boolean).join(",");
}
