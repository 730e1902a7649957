import { asText, isRecord } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { PrinterColumn } from "../registry/resource-type.js";
import { ageOf } from "./age.js";
import type { Column } from "./table.js";

const AGE: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

/** The columns of a custom resource: its name, then those its definition lists, or its age where it lists none. */
export function customColumns(columns: PrinterColumn[]): Column[] {
  const shown = columns.length === 0 ? [AGE] : columns;
  return [
    { name: "Name", type: "string", format: "name", priority: 0 },
    ...shown.map(({ name, type, format = "", description = "", priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    })),
  ];
}

export function customCells(columns: PrinterColumn[], object: ApiObject, now: number): unknown[] {
  const shown = columns.length === 0 ? [AGE] : columns;
  return [object.metadata.name, ...shown.map((column) => cellOf(column, object, now))];
}

function cellOf({ type, jsonPath }: PrinterColumn, object: ApiObject, now: number): unknown {
  const values = evaluate(object, jsonPath);
  const [value] = values;
  if (value === undefined || value === null) return null;
  if (type === "date") return ageOf(value, now);
  if (type === "integer" || type === "number") return typeof value === "number" ? value : null;
  if (type === "boolean") return typeof value === "boolean" ? value : null;
  return values.map((each) => asText(each, JSON.stringify(each))).join(",");
}

const STEP =
  /\.?(?:\[\?\(@\.([\w.]+)\s*==\s*["']?([^"')]*)["']?\)\]|\['((?:[^'\\]|\\.)*)'\]|\[(\d+|\*)\]|((?:[\w-]|\\\.)+))/y;

/** The values a JSONPath of the simple kind that columns use leads to; none where it leads nowhere. */
export function evaluate(root: unknown, path: string): unknown[] {
  let values: unknown[] = [root];
  STEP.lastIndex = path.startsWith("$") ? 1 : 0;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    if (match === null) return [];
    const [, filterField, filterValue, quoted, index, plain] = match;
    const key = (quoted ?? plain)?.replaceAll(/\\(.)/g, "$1");
    values = values.flatMap((value) => step(value, { filterField, filterValue, key, index }));
  }
  return values.filter((value) => value !== undefined);
}

interface Step {
  filterField: string | undefined;
  filterValue: string | undefined;
  key: string | undefined;
  index: string | undefined;
}

function step(value: unknown, { filterField, filterValue, key, index }: Step): unknown[] {
  if (key !== undefined) return isRecord(value) && Object.hasOwn(value, key) ? [value[key]] : [];
  if (!Array.isArray(value)) return [];
  if (index === "*") return value;
  if (index !== undefined) return [value[Number(index)]];
  return value.filter((item) => asText(evaluate(item, `.${filterField ?? ""}`)[0]) === filterValue);
}
