import { createRequire } from "node:module";
import { numberAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { Call } from "../http/call.js";
import type { ResourceType } from "../registry/resource-type.js";
import { apiVersionOf } from "../registry/resource-type.js";
import { customCells, customColumns } from "./custom-cells.js";
import type { PrintContext } from "./printers.js";
import { printerOf } from "./printers.js";

export interface Column {
  name: string;
  type: string;
  format: string;
  description?: string;
  priority: number;
}

let facts: Record<string, Column[]> | undefined;

/** The Table (`kubectl get`) of some objects of one resource, with the columns a real API server gives. */
export function tableOf(
  call: Pick<Call, "core" | "type" | "info" | "form">,
  objects: ApiObject[],
  { withColumns = true }: { withColumns?: boolean } = {},
): Record<string, unknown> {
  const { type, form } = call;
  const version = form.as === "table" ? form.version : "v1";
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${version}`,
    metadata: { resourceVersion: objects.length === 1 ? objects[0]?.metadata.resourceVersion : "" },
    columnDefinitions: withColumns ? columnsOf(type).map((column) => ({ description: "", ...column })) : null,
    rows: objects.map(tableRows(call)),
  };
}

/** What makes the rows of a Table, one at a time. */
export function tableRows(call: Pick<Call, "core" | "type" | "info">): (object: ApiObject) => object {
  const { core, type, info } = call;
  const context: PrintContext = { now: core.now().getTime(), store: core.store };
  const include = info.query.get("includeObject") ?? "Metadata";
  return (object) => ({
    cells: cellsOf(type, object, context),
    ...(include !== "None" && { object: include === "Object" ? object : partialObject(object) }),
  });
}

/** The objects of a list in the order a Table shows them; nothing else may be in another than that of their names. */
export function inTableOrder({ kind, custom }: ResourceType, objects: ApiObject[]): ApiObject[] {
  if (kind !== "FlowSchema" || custom !== undefined) return objects;
  return objects.toSorted((left, right) => precedenceOf(left) - precedenceOf(right));
}

function precedenceOf(flowSchema: ApiObject): number {
  return numberAt(flowSchema, "spec.matchingPrecedence");
}

function columnsOf(type: ResourceType): Column[] {
  if (type.custom !== undefined) return customColumns(type.custom.columns);
  facts ??= (createRequire(import.meta.url)("../facts/tables.json") as { tables: Record<string, Column[]> })
    .tables;
  return facts[`${apiVersionOf(type)}/${type.resource}`] ?? DEFAULT_COLUMNS;
}

const DEFAULT_COLUMNS: Column[] = [
  { name: "Name", type: "string", format: "name", priority: 0 },
  { name: "Created At", type: "date", format: "", priority: 0 },
];

function cellsOf(type: ResourceType, object: ApiObject, context: PrintContext): unknown[] {
  if (type.custom !== undefined) return customCells(type.custom.columns, object, context.now);
  return padded(printerOf(type.group, type.kind)(object, context), columnsOf(type).length);
}

function partialObject(object: ApiObject): unknown {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

/** kubectl takes it on trust that a row is as long as the columns. */
function padded(cells: unknown[], length: number): unknown[] {
  return [...cells, ...Array.from<unknown>({ length: Math.max(0, length - cells.length) }).fill("")].slice(
    0,
    length,
  );
}
