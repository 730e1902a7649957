import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateLabels } from "../validation/metadata.js";
import { dnsLabel, labelValue, qualifiedName } from "../validation/names.js";
import { validateLabelSelector } from "./selector-validation.js";
import { validateSpread } from "./spread-validation.js";

const NODE_OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];

/** Adds what is wrong with what a pod spec at `path` says about where the pod may run. */
export function validatePlacement(spec: JsonObject, path: string, errors: FieldErrors): void {
  validateLabels(spec["nodeSelector"] as Record<string, string> | undefined, `${path}.nodeSelector`, errors);
  const affinity = `${path}.affinity`;
  validateNodeAffinity(recordAt(spec, "affinity.nodeAffinity") ?? {}, `${affinity}.nodeAffinity`, errors);
  for (const side of ["podAffinity", "podAntiAffinity"]) {
    validatePodTerms(recordAt(spec, `affinity.${side}`) ?? {}, `${affinity}.${side}`, errors);
  }
  validateGates(spec, path, errors);
  validateSpread(spec, `${path}.topologySpreadConstraints`, errors);
  recordsAt(spec, "tolerations").forEach((toleration, i) =>
    validateToleration(toleration, `${path}.tolerations[${i}]`, errors),
  );
}

function validateGates(spec: JsonObject, path: string, errors: FieldErrors): void {
  recordsAt(spec, "readinessGates").forEach((gate, i) => {
    const type = asText(gate["conditionType"]);
    const field = `${path}.readinessGates[${i}].conditionType`;
    for (const text of qualifiedName(type)) errors.invalid(field, type, text);
  });
  const names = new Set<string>();
  recordsAt(spec, "schedulingGates").forEach((gate, i) => {
    const name = asText(gate["name"]);
    const field = `${path}.schedulingGates[${i}]`;
    for (const text of qualifiedName(name)) errors.invalid(field, name, text);
    if (names.has(name)) errors.duplicate(field, name);
    names.add(name);
  });
}

function validateNodeAffinity(affinity: JsonObject, path: string, errors: FieldErrors): void {
  const required = `${path}.requiredDuringSchedulingIgnoredDuringExecution`;
  const terms = recordsAt(affinity, "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
  const selector = recordAt(affinity, "requiredDuringSchedulingIgnoredDuringExecution");
  if (selector !== undefined && terms.length === 0)
    errors.required(`${required}.nodeSelectorTerms`, "must have at least one node selector term");
  terms.forEach((term, i) => validateNodeTerm(term, `${required}.nodeSelectorTerms[${i}]`, errors));
  const preferred = recordsAt(affinity, "preferredDuringSchedulingIgnoredDuringExecution");
  preferred.forEach(({ weight, preference }, i) => {
    const at = `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`;
    validateWeight(weight, at, errors);
    validateNodeTerm((preference ?? {}) as JsonObject, `${at}.preference`, errors);
  });
}

/** Adds what is wrong with one of the alternatives of a node selector. */
export function validateNodeTerm(term: JsonObject, path: string, errors: FieldErrors): void {
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
  recordsAt(term, "matchFields").forEach((requirement, i) =>
    validateNodeField(requirement, `${path}.matchFields[${i}]`, errors),
  );
}

function validateNodeField({ key, operator, values }: JsonObject, at: string, errors: FieldErrors): void {
  const count = Array.isArray(values) ? values.length : 0;
  const name = asText(operator);
  if (name !== "In" && name !== "NotIn") {
    errors.invalid(`${at}.operator`, name, "not a valid selector operator");
  } else if (count !== 1) {
    const why = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    errors.required(`${at}.values`, why);
  }
  if (key !== "metadata.name") errors.invalid(`${at}.key`, asText(key), "not a valid field selector key");
}

function validatePodTerms(affinity: JsonObject, path: string, errors: FieldErrors): void {
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  recordsAt(affinity, required).forEach((term, i) =>
    validatePodTerm(term, `${path}.${required}[${i}]`, errors),
  );
  const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
  recordsAt(affinity, preferred).forEach((each, i) => {
    validateWeight(each["weight"], `${path}.${preferred}[${i}]`, errors);
    const term = recordAt(each, "podAffinityTerm") ?? {};
    validatePodTerm(term, `${path}.${preferred}[${i}].podAffinityTerm`, errors);
  });
}

function validatePodTerm(term: JsonObject, path: string, errors: FieldErrors): void {
  for (const name of ["labelSelector", "namespaceSelector"])
    validateLabelSelector(term[name], `${path}.${name}`, errors);
  const namespaces = Array.isArray(term["namespaces"]) ? term["namespaces"] : [];
  for (const name of namespaces.map((each) => asText(each)))
    for (const text of dnsLabel(name)) errors.invalid(`${path}.namespace`, name, text);
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
  } else if (operator === "" || operator === "Equal") {
    const problems = labelValue(value ?? "");
    if (problems.length > 0) errors.invalid(`${path}.operator`, value, problems.join(";"));
  } else if (operator !== "Exists") errors.unsupported(`${path}.operator`, operator, ["Equal", "Exists"]);
}
