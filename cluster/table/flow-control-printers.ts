import { numberAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import { NONE, objectAge } from "./cells.js";
import type { Printer } from "./printers.js";

const GROUP = "flowcontrol.apiserver.k8s.io";
const LIMITED = "spec.limited";
const QUEUING = "spec.limited.limitResponse.queuing";

export const flowControlPrinters: Record<string, Printer> = {
  [`${GROUP}/FlowSchema`]: (object, context) => [
    object.metadata.name,
    textAt(object, "spec.priorityLevelConfiguration.name"),
    numberAt(object, "spec.matchingPrecedence"),
    textAt(object, "spec.distinguisherMethod.type", NONE),
    objectAge(object, context),
    textAt(
      recordsAt(object, "status.conditions").find(({ type }) => type === "Dangling"),
      "status",
      "?",
    ),
  ],
  [`${GROUP}/PriorityLevelConfiguration`]: (object, context) => [
    object.metadata.name,
    textAt(object, "spec.type"),
    valueAt(object, `${LIMITED}.nominalConcurrencyShares`) ?? NONE,
    ...["queues", "handSize", "queueLengthLimit"].map(
      (name) => valueAt(object, `${QUEUING}.${name}`) ?? NONE,
    ),
    objectAge(object, context),
  ],
};
