import { isDeepStrictEqual } from "node:util";
import { expressionCost } from "../admission/cel/expression-cost.js";
import { MAX_REQUEST_BYTES, optionalOf, type SizedType, SizedTypes } from "../admission/cel/sized-type.js";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { ruleSyntax } from "./validation-rules.js";

/** What one rule may take, and all rules of a schema together. Source: kubernetes/kubernetes, apiextensions-apiserver. */
const MAX_RULE_COST = 10_000_000;
const MAX_SCHEMA_COST = 100_000_000;
/** Named where all together take too much: the worst, of those that take at least a hundredth of that. */
const MAX_NAMED = 4;
const MAX_DEPTH = 60;
const ADVICE =
  "(try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";

/**
 * Adds the rules of a definition that may take longer than they are given, by the sizes that its schemas allow. Versions whose schema is
 * that of `old` are let be, since what is stored stays valid.
 */
export function validateRuleCosts(object: ApiObject, old: ApiObject | undefined, errors: FieldErrors): void {
  const versions = recordsAt(object, "spec.versions");
  const schemas = versions.map((version) => recordAt(version, "schema.openAPIV3Schema"));
  const isShared = schemas.every((schema) => isDeepStrictEqual(schema, schemas[0]));
  schemas.forEach((schema, i) => {
    if (schema === undefined || (isShared && i > 0)) return;
    const before = recordsAt(old ?? {}, "spec.versions").find(({ name }) => name === versions[i]?.["name"]);
    if (before && isDeepStrictEqual(recordAt(before, "schema.openAPIV3Schema"), schema)) return;
    const path = isShared ? "spec.validation" : `spec.versions[${i}].schema`;
    new SchemaCosts(errors).judge(schema, `${path}.openAPIV3Schema`);
  });
}

interface Place {
  path: string;
  depth: number;
  /** How many values of the schema there may be at once; `undefined` where that has no bound. */
  count: number | undefined;
}

/** What the rules of one schema take. */
class SchemaCosts {
  readonly #errors: FieldErrors;
  readonly #types = new SizedTypes();
  #total = 0;
  readonly #all: { path: string; cost: number }[] = [];

  constructor(errors: FieldErrors) {
    this.#errors = errors;
  }

  judge(schema: JsonObject, path: string): void {
    this.#visit(schema, { path, depth: 0, count: 1 });
    if (this.#total <= MAX_SCHEMA_COST) return;
    const worst = this.#all
      .filter(({ cost }) => cost >= MAX_SCHEMA_COST / 100)
      .toSorted((one, other) => other.cost - one.cost);
    for (const rule of worst.slice(0, MAX_NAMED)) {
      const why = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
      this.#errors.forbidden(rule.path, why);
    }
    const what = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
    this.#errors.forbidden(path, overBudget(what, this.#total, MAX_SCHEMA_COST));
  }

  #visit(schema: JsonObject, place: Place): void {
    const { path, depth, count } = place;
    if (depth > MAX_DEPTH) return;
    const { additionalProperties, items } = schema;
    const each = mostWithin(schema);
    const within = count === undefined || each === undefined ? undefined : count * each;
    const next = { depth: depth + 1, count: within };
    for (const [name, property] of Object.entries(recordAt(schema, "properties") ?? {}))
      if (isRecord(property)) this.#visit(property, { ...next, path: `${path}.properties[${name}]` });
    if (isRecord(additionalProperties))
      this.#visit(additionalProperties, { ...next, path: `${path}.additionalProperties` });
    if (isRecord(items)) this.#visit(items, { ...next, path: `${path}.items` });
    this.#judgeRules(schema, place);
  }

  #judgeRules(schema: JsonObject, { path, depth, count }: Place): void {
    const rules = recordsAt(schema, "x-kubernetes-validations");
    if (rules.length === 0) return;
    const isRoot = depth === 0 || schema["x-kubernetes-embedded-resource"] === true;
    const root = this.#types.of(schema, { isRoot });
    if (root === undefined) return;
    const times = count ?? Math.floor(MAX_REQUEST_BYTES / (root.minSize + 1));
    rules.forEach((rule, i) => {
      const field = `${path}.x-kubernetes-validations[${i}]`;
      const [source, message] = [asText(rule["rule"]), asText(rule["messageExpression"])];
      this.#observe(`${field}.rule`, "estimated rule cost", costOf(source, rule, root) * times);
      const cost = message === "" ? 0 : costOf(message, rule, root);
      this.#observe(`${field}.messageExpression`, "estimated messageExpression cost", cost);
    });
  }

  #observe(path: string, what: string, cost: number): void {
    if (cost > MAX_RULE_COST) this.#errors.forbidden(path, overBudget(what, cost, MAX_RULE_COST));
    this.#total += cost;
    this.#all.push({ path, cost });
  }
}

function costOf(source: string, rule: JsonObject, root: SizedType): number {
  const oldSelf = rule["optionalOldSelf"] === true ? optionalOf(root) : root;
  return expressionCost(ruleSyntax(source), { root, variables: { self: root, oldSelf } });
}

/** How many values there are of what is within one of this schema, at most. */
function mostWithin({ type, additionalProperties, maxProperties, maxItems }: JsonObject): number | undefined {
  if (type === "array") return typeof maxItems === "number" ? Math.max(0, maxItems) : undefined;
  if (type !== "object" || additionalProperties === undefined) return 1;
  return typeof maxProperties === "number" ? Math.max(0, maxProperties) : undefined;
}

function overBudget(what: string, cost: number, budget: number): string {
  const factor = cost / budget;
  const shown = factor > 100 ? "more than 100" : factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1);
  return `${what} exceeds budget by factor of ${shown}x ${ADVICE}`;
}
