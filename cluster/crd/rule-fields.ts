import type { ASTNode } from "@marcbachmann/cel-js";
import type { SourceFault } from "../admission/cel/literal-checks.js";
import { walk } from "../admission/cel/literal-checks.js";
import type { JsonObject } from "../api/field-access.js";
import { isRecord, recordAt } from "../api/field-access.js";

/** Every object of the API has them, whatever its schema lists. */
const COMMON_FIELDS = new Set(["apiVersion", "kind", "metadata"]);
/** How expressions spell what names of CEL cannot hold. */
const ESCAPES: [RegExp, string][] = [
  [/__underscores__/g, "__"],
  [/__dot__/g, "."],
  [/__dash__/g, "-"],
  [/__slash__/g, "/"],
  [/^__(\w+)__$/, "$1"],
];

/** The first field of `self` and `oldSelf` in an expression that their schema does not have. */
export function undefinedField(
  ast: ASTNode,
  schema: JsonObject,
  variables: readonly string[],
): SourceFault | undefined {
  const tested = new Set<ASTNode>();
  for (const node of walk(ast)) {
    const fieldTest = node.op === "call" && node.args[0] === "has" ? node.args[1][0] : undefined;
    if (fieldTest !== undefined) tested.add(fieldTest);
    const select = fieldTest ?? node;
    if (select.op !== "." || (fieldTest === undefined && tested.has(select))) continue;
    const owner = schemaOf(select.args[0], schema, variables);
    if (owner === undefined || hasField(owner, select.args[1])) continue;
    // A test for a field is pointed at behind its name, a field at the point before its own.
    const start = fieldTest === undefined ? select.args[0].end : node.start + "has".length;
    return { code: "undefined_field", summary: `undefined field '${select.args[1]}'`, range: { start } };
  }
  return undefined;
}

/** The schema of what a path leads to; `undefined` where nothing certain is known of it. */
function schemaOf(node: ASTNode, root: JsonObject, variables: readonly string[]): JsonObject | undefined {
  if (node.op === "id") return variables.includes(node.args) ? root : undefined;
  if (node.op !== "." && node.op !== "[]") return undefined;
  const owner = schemaOf(node.args[0], root, variables);
  if (owner === undefined) return undefined;
  if (node.op === "[]") return recordAt(owner, "items") ?? recordAt(owner, "additionalProperties");
  return fieldOf(owner, node.args[1]) ?? recordAt(owner, "additionalProperties");
}

function hasField(schema: JsonObject, name: string): boolean {
  const isOpen =
    schema["type"] !== "object" ||
    schema["x-kubernetes-int-or-string"] === true ||
    schema["x-kubernetes-embedded-resource"] === true ||
    (schema["additionalProperties"] !== undefined && schema["additionalProperties"] !== false);
  return isOpen || COMMON_FIELDS.has(name) || fieldOf(schema, name) !== undefined;
}

function fieldOf(schema: JsonObject, name: string): JsonObject | undefined {
  const { properties } = schema;
  if (!isRecord(properties)) return undefined;
  const escaped = ESCAPES.reduce((text, [pattern, plain]) => text.replace(pattern, plain), name);
  const own = [name, escaped].find((each) => Object.hasOwn(properties, each));
  const property = own === undefined ? undefined : properties[own];
  return isRecord(property) ? property : undefined;
}
