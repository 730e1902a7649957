import { asText, isRecord } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldSet } from "./field-set.js";
import { formatFields, parseFields } from "./field-set.js";

/** One entry of `metadata.managedFields`. */
export interface Manager {
  name: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  subresource: string;
  /** Empty for who never changed anything. */
  time: string;
  fields: FieldSet;
}

/** Updaters that are remembered one by one; older ones become one, as in kube-apiserver. */
const MAX_UPDATERS = 10;
const ANCIENT = "ancient-changes";

export function managersOf({ metadata }: ApiObject): Manager[] {
  return (metadata.managedFields ?? []).filter(isRecord).map((entry) => ({
    name: asText(entry["manager"]),
    operation: entry["operation"] === "Apply" ? "Apply" : "Update",
    apiVersion: asText(entry["apiVersion"]),
    subresource: asText(entry["subresource"]),
    time: asText(entry["time"]),
    fields: parseFields(entry["fieldsV1"]),
  }));
}

/** Writes the managers into the object; those that own nothing any more are left out. */
export function setManagers(object: ApiObject, managers: Manager[]): void {
  const kept = capped(managers.filter(({ fields }) => fields.size > 0)).toSorted(compareManagers);
  if (kept.length === 0) delete object.metadata.managedFields;
  else object.metadata.managedFields = kept.map(formatManager);
}

export function isSameManager(
  a: Omit<Manager, "fields" | "time">,
  b: Omit<Manager, "fields" | "time">,
): boolean {
  return (
    a.name === b.name &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === "Apply" || a.apiVersion === b.apiVersion)
  );
}

function formatManager({ name, operation, apiVersion, subresource, time, fields }: Manager): unknown {
  return {
    manager: name,
    operation,
    apiVersion,
    ...(time !== "" && { time }),
    fieldsType: "FieldsV1",
    fieldsV1: formatFields(fields),
    ...(subresource !== "" && { subresource }),
  };
}

/** Appliers first, then by these: no two managers are the same in all of them, or what changes nothing would be written in another order. */
const ORDER = ["time", "name", "apiVersion", "subresource"] as const;

function compareManagers(a: Manager, b: Manager): number {
  if (a.operation !== b.operation) return a.operation === "Apply" ? -1 : 1;
  const key = ORDER.find((field) => a[field] !== b[field]);
  if (key === undefined) return 0;
  return a[key] < b[key] ? -1 : 1;
}

function capped(managers: Manager[]): Manager[] {
  const updaters = managers.filter(({ operation }) => operation === "Update").toSorted(compareManagers);
  const surplus = updaters.length - MAX_UPDATERS;
  if (surplus <= 0) return managers;
  const old = updaters.slice(0, surplus + 1);
  const [first] = old;
  if (first === undefined) return managers;
  const fields = new Set(old.flatMap((manager) => [...manager.fields]));
  const ancient: Manager = { ...first, name: ANCIENT, subresource: "", fields };
  return [...managers.filter((manager) => !old.includes(manager)), ancient];
}
