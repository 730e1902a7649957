import { isRecord } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import type { ResolveSchema, Schema } from "./schema.js";
import type { SchemaValidation } from "./validate.js";

/** Metadata has rules of its own; status is the server's business; raw JSON schemas are checked as CRDs. */
const SKIPPED_AT_ROOT = new Set(["apiVersion", "kind", "metadata", "status"]);

/** Adds violations of enums and of required scalars. Lists and structs may be empty in Go and have rules by kind. */
export function validateBuiltIn(
  object: Record<string, unknown>,
  schema: Schema,
  { errors, resolve }: SchemaValidation,
): void {
  for (const [name, property] of Object.entries(resolve(schema).properties ?? {})) {
    if (SKIPPED_AT_ROOT.has(name) || object[name] === undefined) continue;
    visit(object[name], property, { path: name, errors, resolve });
  }
}

interface Visit {
  path: string;
  errors: FieldErrors;
  resolve: ResolveSchema;
}

/** What definitions and policies are made of has rules, and paths, of its own. */
const OWN_RULES =
  /^spec\.(?:versions\[\d+\]|(?:variables|validations|matchConditions|auditAnnotations|validationActions)\[\d+\]|paramRef$|paramKind$)/;

function visit(value: unknown, declared: Schema, at: Visit): void {
  if (OWN_RULES.test(at.path)) return;
  const schema = at.resolve(declared);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined)
      value.forEach((item, i) => visit(item, items, { ...at, path: `${at.path}[${i}]` }));
    return;
  }
  if (isRecord(value)) {
    visitObject(value, schema, at);
    return;
  }
  if (OWN_WORDS.test(at.path)) return;
  const choices = declared.enum ?? schema.enum;
  if (choices !== undefined && value !== "" && !choices.includes(value)) {
    at.errors.unsupported(at.path, value, inOrder(at.path, choices.map(String)));
  }
}

/** Where kube-apiserver lists the supported values in another order than that of the alphabet. */
const ORDERS: Record<string, string[]> = {
  restartPolicy: ["Always", "OnFailure", "Never"],
  dnsPolicy: ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
  completionMode: ["NonIndexed", "Indexed"],
  policyTypes: ["Ingress", "Egress"],
  ipFamilies: ["IPv4", "IPv6"],
  preemptionPolicy: ["PreemptLowerPriority", "Never"],
  terminationMessagePolicy: ["File", "FallbackToLogsOnError"],
  effect: ["NoSchedule", "PreferNoSchedule", "NoExecute"],
};
/** Protocols have another order for services and pods than for NetworkPolicies. */
const POLICY_PORT = /^spec\.(?:in|e)gress\[\d+\]\.ports\[\d+\]\.protocol$/;
const PROTOCOLS = ["TCP", "UDP", "SCTP"];
/** Choices whose violations the rules of their kinds report, in other words. */
const OWN_WORDS =
  /^spec\.strategy\.type$|^spec\.updateStrategy\.type$|\.podManagementPolicy$|\.accessModes\[\d+\]$|^spec\.scopes\[\d+\]$|\.(?:matchExpressions|tolerations)\[\d+\]\.operator$|^reclaimPolicy$|^spec\.taints\[\d+\]\.effect$|^spec\.usages\[\d+\]$/;

function inOrder(path: string, choices: string[]): string[] {
  const field = path.slice(path.lastIndexOf(".") + 1).replace(/\[\d+\]$/, "");
  const order = POLICY_PORT.test(path) ? PROTOCOLS : Object.hasOwn(ORDERS, field) ? ORDERS[field] : undefined;
  return order?.filter((choice) => choices.includes(choice)) ?? choices.toSorted();
}

function visitObject(value: Record<string, unknown>, schema: Schema, at: Visit): void {
  requireStrings(value, schema, at);
  const additional =
    typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  for (const [name, field] of Object.entries(value)) {
    const properties = schema.properties ?? {};
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const property = known ?? additional;
    if (property === undefined) continue;
    const path = known === undefined ? `${at.path}[${name}]` : `${at.path}.${name}`;
    visit(field, property, { ...at, path });
  }
}

/** What the rules of pods, as those of role bindings, report themselves, in the order kube-apiserver does. */
const IN_ORDER = /[cC]ontainers\[\d+\](?:\.env\[\d+\])?$/;

/** Where the rules of the kind tell what is missing, in other words or in another place. */
const ELSEWHERE =
  /\.projected\.sources\[\d+\]\.serviceAccountToken$|^roleRef$|^subjects\[\d+\]$|^spec\.taints\[\d+\]$|^spec\.limits\[\d+\]$|\.dataSource(?:Ref)?$|^webhooks\[\d+\](?:\.clientConfig\.service)?$/;

/** Numbers are zero and lists empty when absent in Go; only strings tell that they were forgotten. */
function requireStrings(value: Record<string, unknown>, schema: Schema, at: Visit): void {
  for (const name of schema.required ?? []) {
    const property = schema.properties?.[name];
    if (property === undefined || at.resolve(property).type !== "string") continue;
    const isReportedElsewhere = (name === "name" && IN_ORDER.test(at.path)) || ELSEWHERE.test(at.path);
    if (isReportedElsewhere) continue;
    if (value[name] === undefined || value[name] === "") at.errors.required(`${at.path}.${name}`);
  }
}
