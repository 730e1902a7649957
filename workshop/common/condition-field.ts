import { compilePattern } from "./pattern.js";
import { QUANTITY_SUFFIXES } from "./quantity-suffixes.js";

/** Fields that have names of their own; every other is a path such as `spec.replicas`. */
export const NAMED_FIELDS = [
  "reason",
  "type",
  "message",
  "object",
  "policy",
  "container",
  "image",
  "data",
  "recipe",
  "workspace",
] as const;
export type NamedField = (typeof NAMED_FIELDS)[number];

const OPERATORS = ["=", "!=", ">=", "<=", ">", "<"] as const;
export type FieldOperator = (typeof OPERATORS)[number];

/** A test of a field: `reason=FailedCreate`, `spec.replicas>=2`, `data=/blue/`. */
export interface FieldTest {
  /** A named field, or the path of one. */
  field: string;
  operator: FieldOperator;
  value: string;
  /** Whether the value is a pattern. */
  isPattern: boolean;
}

/** What a path begins with: a field of an object of Kubernetes (OpenAPI of 1.35) or of a PolicyReport, so that a mistyped name is not taken for one. */
const TOP_LEVEL_FIELDS = new Set(
  `metadata spec status data rules subjects roleRef type provisioner immutable endpoints ports addressType subsets binaryData stringData
   secrets imagePullSecrets automountServiceAccountToken parameters reclaimPolicy volumeBindingMode allowVolumeExpansion mountOptions
   allowedTopologies value globalDefault preemptionPolicy description handler overhead scheduling aggregationRule webhooks template
   involvedObject regarding action note reportingController summary results`.split(/\s+/),
);
const TEST = /^([A-Za-z](?:[^=<>!'/]|\['[^']*'\])*)(!=|>=|<=|=|>|<)(.*)$/s;
/** Larger objects are not walked to their end for one path. */
const MOST_VALUES = 1_000;

/** Reads a test; undefined for a word that is none. Throws RangeError where it cannot be meant so. */
export function readFieldTest(word: string): FieldTest | undefined {
  const [, field = "", operator = "", written = ""] = TEST.exec(word) ?? [];
  if (!isField(field)) return undefined;
  const pattern = /^\/(.*)\/$/s.exec(written)?.[1];
  const value = pattern ?? written.replace(/^'(.*)'$/s, "$1");
  const test = { field, operator: operator as FieldOperator, value, isPattern: pattern !== undefined };
  if (isOrder(test.operator) && (test.isPattern || numberOf(value) === undefined))
    throw new RangeError(`${operator} compares numbers, and "${written}" is none`);
  if (field === "count" && !/^\d+$/.test(value)) throw new RangeError(`"${written}" is no count`);
  return test;
}

function isField(field: string): boolean {
  const [first = ""] = field.split(/[.[]/, 1);
  return isNamed(field) || TOP_LEVEL_FIELDS.has(first) || field === "count";
}

/** Whether the field is one of those with a name of their own. */
export function isNamed(field: string): field is NamedField {
  return (NAMED_FIELDS as readonly string[]).includes(field);
}

/** Whether one of the values is as the test wants it; `!=` wants none of them. */
export function isTestMet(
  { operator, value, isPattern }: Omit<FieldTest, "field">,
  values: readonly string[],
): boolean {
  const isEqual = (found: string): boolean =>
    isPattern ? compilePattern(value).matcher(found).find() : found === value;
  if (operator === "!=") return !values.some(isEqual);
  if (operator === "=") return values.some(isEqual);
  const wanted = numberOf(value) ?? Number.NaN;
  return values.some((found) => isInOrder(operator, numberOf(found) ?? Number.NaN, wanted));
}

function isInOrder(operator: ">" | "<" | ">=" | "<=", found: number, wanted: number): boolean {
  if (operator === ">=") return found >= wanted;
  if (operator === "<=") return found <= wanted;
  return operator === ">" ? found > wanted : found < wanted;
}

function isOrder(operator: FieldOperator): operator is ">" | "<" | ">=" | "<=" {
  return operator !== "=" && operator !== "!=";
}

/** A number, or a quantity of Kubernetes such as `250m` and `1Gi` (apimachinery's resource.Quantity). */
function numberOf(text: string): number | undefined {
  const [, digits, suffix = ""] = /^(-?\d{1,15}(?:\.\d{1,9})?)([kMGT]i?|Ki|m)?$/.exec(text) ?? [];
  return digits === undefined
    ? undefined
    : Number(digits) * (suffix === "" ? 1 : (QUANTITY_SUFFIXES[suffix] ?? Number.NaN));
}

/**
 * The values at a path of an object as text: `spec.containers.image` finds those of all containers, `spec.containers[0].image` that of
 * the first, `metadata.labels['app.kubernetes.io/name']` a key with dots.
 */
export function valuesAt(object: unknown, path: string): string[] {
  let found: unknown[] = [object];
  for (const key of keysOf(path))
    found = found.flatMap((value) => stepInto(value, key)).slice(0, MOST_VALUES);
  return found.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value])).map(textOf);
}

function stepInto(value: unknown, key: string): unknown[] {
  if (Array.isArray(value)) {
    if (/^\d+$/.test(key)) return key in value ? [value[Number(key)]] : [];
    return (value as unknown[]).flatMap((item) => stepInto(item, key));
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return [];
  return [(value as Record<string, unknown>)[key]];
}

function keysOf(path: string): string[] {
  return [...path.matchAll(/\['([^']*)'\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted ?? index ?? plain ?? "",
  );
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
