import { asText, numberAt, recordAt, recordsAt, setDefault, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import type { KindStrategy } from "./strategy.js";

const GROUP = "flowcontrol.apiserver.k8s.io";
/** The one of each kind that is never held up. */
const EXEMPT = "exempt";
const MAX_PRECEDENCE = 10_000;

/**
 * What says which requests are held up for which: kept, shown and judged as on a real API server. This one answers requests as
 * they come.
 */
export const flowControlStrategies: Record<string, KindStrategy> = {
  [`${GROUP}/FlowSchema`]: {
    hasGeneration: true,
    prepareCreate: resetStatus,
    setDefaults: (object) => setNumber(recordAt(object, "spec"), "matchingPrecedence", 1000),
    validate: validateFlowSchema,
  },
  [`${GROUP}/PriorityLevelConfiguration`]: {
    hasGeneration: true,
    prepareCreate: resetStatus,
    setDefaults: priorityLevelDefaults,
    validate: validatePriorityLevel,
  },
};

function resetStatus(object: ApiObject): void {
  object["status"] = {};
}

function priorityLevelDefaults(object: ApiObject): void {
  setShares(recordAt(object, "spec.exempt"), 0);
  setShares(recordAt(object, "spec.limited"), 30);
  const queuing = recordAt(object, "spec.limited.limitResponse.queuing");
  setNumber(queuing, "queues", 64);
  setNumber(queuing, "handSize", 8);
  setNumber(queuing, "queueLengthLimit", 50);
}

/** Where zero says as little as nothing. */
function setNumber(fields: Record<string, unknown> | undefined, name: string, value: number): void {
  if (fields !== undefined) fields[name] ||= value;
}

function setShares(configuration: Record<string, unknown> | undefined, shares: number): void {
  if (configuration === undefined) return;
  setDefault(configuration, "nominalConcurrencyShares", shares);
  setDefault(configuration, "lendablePercent", 0);
}

function validateFlowSchema(object: ApiObject, errors: FieldErrors): void {
  const field = "spec.matchingPrecedence";
  const precedence = numberAt(object, field);
  if (precedence <= 0) errors.invalid(field, precedence, "must be a positive value");
  if (precedence > MAX_PRECEDENCE) {
    errors.invalid(field, precedence, `must not be greater than ${MAX_PRECEDENCE}`);
  }
  if (precedence === 1 && object.metadata.name !== EXEMPT) {
    errors.invalid(field, precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  }
  const level = "spec.priorityLevelConfiguration.name";
  if (textAt(object, level) === "") errors.required(level, "must reference a priority level");
  recordsAt(object, "spec.rules").forEach((rule, i) => {
    const at = `spec.rules[${i}]`;
    if (recordsAt(rule, "subjects").length === 0) {
      errors.required(`${at}.subjects`, "subjects must contain at least one value");
    }
    if (recordsAt(rule, "resourceRules").length + recordsAt(rule, "nonResourceRules").length > 0) return;
    errors.required(at, "at least one of resourceRules and nonResourceRules has to be non-empty");
  });
}

function validatePriorityLevel(object: ApiObject, errors: FieldErrors): void {
  const type = textAt(object, "spec.type");
  const [exempt, limited] = [recordAt(object, "spec.exempt"), recordAt(object, "spec.limited")];
  if ((object.metadata.name === EXEMPT) !== (type === "Exempt")) {
    errors.invalid("spec.type", type, "must be 'Exempt' if and only if `name` is 'exempt'");
  }
  if (type === "Exempt") {
    if (limited !== undefined) {
      errors.forbidden("spec.limited", "must be nil if the type is not Limited");
    }
  } else if (type === "Limited") {
    if (exempt !== undefined) errors.forbidden("spec.exempt", "must be nil if the type is Limited");
    if (limited === undefined) errors.required("spec.limited", "must not be empty when type is Limited");
    else validateLimitResponse(limited, errors);
  } else errors.unsupported("spec.type", type, ["Exempt", "Limited"]);
}

function validateLimitResponse(limited: Record<string, unknown>, errors: FieldErrors): void {
  const field = "spec.limited.limitResponse";
  const { type, queuing } = recordAt(limited, "limitResponse") ?? {};
  if (type === "Queue" && queuing === undefined) {
    errors.required(`${field}.queuing`, "must not be empty if limited.limitResponse.type is Limited");
  }
  if (type === "Reject" && queuing !== undefined) {
    errors.forbidden(`${field}.queuing`, "must be nil if limited.limitResponse.type is not Limited");
  }
  if (type !== "Queue" && type !== "Reject") {
    errors.unsupported(`${field}.type`, asText(type), ["Queue", "Reject"]);
  }
}
