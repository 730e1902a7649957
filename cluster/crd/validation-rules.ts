import { type ASTNode, Optional, type ParseResult } from "@marcbachmann/cel-js";
import { plainEnvironment } from "../admission/cel/environment.js";
import { evaluationErrorText } from "../admission/cel/error-text.js";
import { withBudget } from "../admission/cel/evaluation-budget.js";
import { executableSource } from "../admission/cel/executable-source.js";
import type { SourceFault } from "../admission/cel/literal-checks.js";
import { sourceFault } from "../admission/cel/literal-checks.js";
import { parseExpression } from "../admission/cel/optional-entries.js";
import { isRecord } from "../api/field-access.js";
import type { Schema } from "../schema/schema.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { toRuleValue } from "./rule-value.js";

/** What a real API server calls the place of a whole object. */
const NO_PATH = "<nil>";

type Rule = NonNullable<Schema["x-kubernetes-validations"]>[number];

/** Adds what the `x-kubernetes-validations` of a structural schema say against `value`; `old` is the stored one. */
export function validateRules(value: unknown, old: unknown, schema: Schema, errors: FieldErrors): void {
  visit({ value, old, schema, path: "" }, errors);
}

interface Place {
  value: unknown;
  /** `undefined` where there was nothing, or nothing that corresponds. */
  old: unknown;
  schema: Schema;
  path: string;
}

function visit(place: Place, errors: FieldErrors): void {
  const { value, schema } = place;
  if (value === undefined || value === null) return;
  for (const rule of schema["x-kubernetes-validations"] ?? []) applyRule(rule, place, errors);
  if (Array.isArray(value)) visitItems(value, place, errors);
  else if (isRecord(value)) visitFields(value, place, errors);
}

function visitFields(
  value: Record<string, unknown>,
  { old, schema, path }: Place,
  errors: FieldErrors,
): void {
  const before = isRecord(old) ? old : {};
  const { properties = {}, additionalProperties } = schema;
  for (const [name, field] of Object.entries(value)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const property = known ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
    if (property === undefined) continue;
    const fieldPath = path === "" ? name : `${path}.${name}`;
    visit({ value: field, old: before[name], schema: property, path: fieldPath }, errors);
  }
}

function visitItems(value: unknown[], { old, schema, path }: Place, errors: FieldErrors): void {
  const { items } = schema;
  if (items === undefined) return;
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const identify = (item: unknown): string =>
    JSON.stringify(keys.map((key) => (isRecord(item) ? item[key] : undefined)));
  const isMap = schema["x-kubernetes-list-type"] === "map" && Array.isArray(old);
  const before = new Map(isMap ? old.map((item: unknown) => [identify(item), item]) : []);
  value.forEach((item, i) => {
    visit({ value: item, old: before.get(identify(item)), schema: items, path: `${path}[${i}]` }, errors);
  });
}

function applyRule(rule: Rule, { value, old, schema, path }: Place, errors: FieldErrors): void {
  const isOptional = rule.optionalOldSelf === true;
  // A rule about a transition has nothing to say where there is no earlier state, unless it says that it has.
  if (!isOptional && /\boldSelf\b/.test(rule.rule) && old === undefined) return;
  const before = toRuleValue(old, schema);
  const bindings = {
    self: toRuleValue(value, schema),
    ...(isOptional
      ? { oldSelf: old === undefined ? Optional.none() : Optional.of(before) }
      : old !== undefined && { oldSelf: before }),
  };
  const place = path + (rule.fieldPath ?? "") || NO_PATH;
  try {
    if (evaluate(rule.rule, bindings) === true) return;
  } catch (error) {
    errors.invalid(place, typeName(schema), failureText(rule, evaluationErrorText(error)));
    return;
  }
  report(rule, { place, value, schema, message: messageOf(rule, bindings) }, errors);
}

/** What a real API server says of a rule that came to no verdict. */
function failureText({ message, rule }: Rule, why: string): string {
  const name = (message ?? "").trim() || rule.trim();
  if (why.startsWith("no such overload"))
    return `'${why}': call arguments did not match a supported operator, function or macro signature for rule: ${name}`;
  if (why.startsWith("operation cancelled: actual cost limit exceeded"))
    return `'${why}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`;
  return `${why} evaluating rule: ${name}`;
}

function messageOf(rule: Rule, bindings: object): string {
  const fallback = rule.message ?? `failed rule: ${rule.rule}`;
  if (rule.messageExpression === undefined) return fallback;
  try {
    const message = evaluate(rule.messageExpression, bindings);
    return typeof message === "string" && message.trim() !== "" ? message : fallback;
  } catch {
    // As Kubernetes has it: a message that cannot be made does not hide the violation.
    return fallback;
  }
}

function report(
  { reason }: Rule,
  { place, value, schema, message }: { place: string; value: unknown; schema: Schema; message: string },
  errors: FieldErrors,
): void {
  if (reason === "FieldValueRequired") errors.required(place, message);
  else if (reason === "FieldValueForbidden") errors.forbidden(place, message);
  else if (["object", "array"].includes(typeName(schema))) errors.invalidUnshown(place, message);
  else errors.invalid(place, value, message);
}

function typeName(schema: Schema): string {
  return schema.type ?? "object";
}

const programs = new Map<string, ParseResult>();
/** Compiled rules kept; a cluster has a few custom resources with a few rules each. */
const MAX_PROGRAMS = 500;

/** Runs an expression; throws with the text of what is wrong with it. */
function evaluate(source: string, bindings: object): unknown {
  let program = programs.get(source);
  if (program === undefined) {
    if (programs.size >= MAX_PROGRAMS) programs.clear();
    program = compileRule(source);
    programs.set(source, program);
  }
  const compiled = program;
  return withBudget(() => compiled({ ...bindings }) as unknown);
}

let environment: ReturnType<typeof plainEnvironment> | undefined;

function ruleEnvironment(): ReturnType<typeof plainEnvironment> {
  return (environment ??= plainEnvironment()
    .registerVariable("self", "dyn")
    .registerVariable("oldSelf", "dyn"));
}

let names: ReadonlySet<string> | undefined;

/** Whether expressions of rules have a function of this name, be it for other arguments. */
export function isRuleFunction(name: string): boolean {
  names ??= new Set(
    ruleEnvironment()
      .getDefinitions()
      .functions.map((known) => known.name),
  );
  return names.has(name);
}

/** The tree of an expression that is known to be valid CEL. */
export function ruleSyntax(source: string): ASTNode {
  return parseExpression(ruleEnvironment(), source).ast;
}

/** Parses and checks an expression about `self` and `oldSelf`; throws where it is not valid CEL. */
export function compileRule(source: string): ParseResult {
  const declared = ruleEnvironment();
  const parsed = parseExpression(declared, source);
  const fault = sourceFault(parsed.ast, []);
  if (fault !== undefined) throw new RuleFault(fault);
  const program = declared.parse(executableSource(parsed.ast));
  const { valid, error } = program.check();
  if (valid) return program;
  // The author's own text gives the better position, unless only our rewriting makes it valid CEL.
  const reason = parsed.check().error ?? error;
  throw reason ?? new Error(`${source} should be a CEL expression and does not compile`);
}

/** A fault that the library does not look for, with what its own errors have. */
class RuleFault extends Error {
  readonly code: string;
  readonly summary: string;
  readonly range: SourceFault["range"];

  constructor({ code, summary, range }: SourceFault) {
    super(summary);
    this.code = code;
    this.summary = summary;
    this.range = range;
  }
}
