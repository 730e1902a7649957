import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateLabels } from "../validation/metadata.js";
import { qualifiedName } from "../validation/names.js";

const NODE_OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];

/** Adds what is wrong with what a pod spec at `path` says about where the pod may run. */
export function validatePlacement(spec: JsonObject, path: string, errors: FieldErrors): void {
  validateLabels(spec["nodeSelector"] as Record<string, string> | undefined, `${path}.nodeSelector`, errors);
  const affinity = `${path}.affinity`;
  validateNodeAffinity(recordAt(spec, "affinity.nodeAffinity") ?? {}, `${affinity}.nodeAffinity`, errors);
  for (const side of ["podAffinity", "podAntiAffinity"]) {
    validatePodTerms(recordAt(spec, `affinity.${side}`) ?? {}, `${affinity}.${side}`, errors);
  }
  recordsAt(spec, "schedulingGates").forEach((gate, i) => {
    const name = asText(gate["name"]);
    for (const text of qualifiedName(name)) errors.invalid(`${path}.schedulingGates[${i}]`, name, text);
  });
  recordsAt(spec, "topologySpreadConstraints").forEach((constraint, i) => {
    const at = `${path}.topologySpreadConstraints[${i}]`;
    const { maxSkew, topologyKey } = constraint;
    if (typeof maxSkew !== "number" || maxSkew <= 0)
      errors.invalid(`${at}.maxSkew`, maxSkew ?? 0, "must be greater than zero");
    if (asText(topologyKey) === "") errors.required(`${at}.topologyKey`, "can not be empty");
  });
  recordsAt(spec, "tolerations").forEach((toleration, i) =>
    validateToleration(toleration, `${path}.tolerations[${i}]`, errors),
  );
}

function validateNodeAffinity(affinity: JsonObject, path: string, errors: FieldErrors): void {
  const required = `${path}.requiredDuringSchedulingIgnoredDuringExecution`;
  const terms = recordsAt(affinity, "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
  terms.forEach((term, i) => validateNodeTerm(term, `${required}.nodeSelectorTerms[${i}]`, errors));
  const preferred = recordsAt(affinity, "preferredDuringSchedulingIgnoredDuringExecution");
  preferred.forEach(({ weight, preference }, i) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    validateWeight(weight, at, errors);
    validateNodeTerm((preference ?? {}) as JsonObject, `${at}.preference`, errors);
  });
}

function validateNodeTerm(term: JsonObject, path: string, errors: FieldErrors): void {
  recordsAt(term, "matchExpressions").forEach((expression, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    const operator = asText(expression["operator"]);
    const { values, key } = expression;
    const count = Array.isArray(values) ? values.length : 0;
    if ((operator === "In" || operator === "NotIn") && count === 0) {
      errors.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if ((operator === "Exists" || operator === "DoesNotExist") && count > 0) {
      errors.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if ((operator === "Gt" || operator === "Lt") && count !== 1) {
      errors.required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
    } else if (!NODE_OPERATORS.includes(operator)) {
      errors.invalid(`${at}.operator`, operator, "not a valid selector operator");
    }
    for (const text of qualifiedName(asText(key))) errors.invalid(`${at}.key`, asText(key), text);
  });
}

function validatePodTerms(affinity: JsonObject, path: string, errors: FieldErrors): void {
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  recordsAt(affinity, required).forEach((term, i) =>
    validateTopologyKey(term, `${path}.${required}[${i}]`, errors),
  );
  const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
  recordsAt(affinity, preferred).forEach((each, i) => {
    validateWeight(each["weight"], `${path}.${preferred}[${i}]`, errors);
    const term = recordAt(each, "podAffinityTerm") ?? {};
    validateTopologyKey(term, `${path}.${preferred}[${i}].podAffinityTerm`, errors);
  });
}

function validateTopologyKey(term: JsonObject, path: string, errors: FieldErrors): void {
  const key = asText(term["topologyKey"]);
  if (key === "") errors.required(`${path}.topologyKey`, "can not be empty");
  for (const text of qualifiedName(key)) errors.invalid(`${path}.topologyKey`, key, text);
}

function validateWeight(weight: unknown, path: string, errors: FieldErrors): void {
  const value = typeof weight === "number" ? weight : 0;
  if (value <= 0 || value > 100) errors.invalid(`${path}.weight`, value, "must be in the range 1-100");
}

function validateToleration(toleration: JsonObject, path: string, errors: FieldErrors): void {
  const [key, operator, value, effect] = ["key", "operator", "value", "effect"].map((name) =>
    asText(toleration[name]),
  );
  if (key !== "") for (const text of qualifiedName(key ?? "")) errors.invalid(`${path}.key`, key, text);
  if (key === "" && operator !== "Exists") {
    const why = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.invalid(`${path}.operator`, operator, why);
  }
  if (toleration["tolerationSeconds"] !== undefined && effect !== "NoExecute") {
    errors.invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
  }
  if (operator === "Exists" && value !== "") {
    errors.invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'");
  } else if (operator !== "" && operator !== "Equal" && operator !== "Exists") {
    errors.unsupported(`${path}.operator`, operator, ["Equal", "Exists"]);
  }
}
