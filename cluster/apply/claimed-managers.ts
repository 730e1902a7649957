import { isRecord } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { invalid } from "../api/status.js";
import { splitApiVersion } from "../registry/resource-type.js";
import type { ResourceType } from "../registry/resource-type.js";
import type { ApiCore } from "../rest/api-core.js";
import { FieldErrors } from "../validation/field-errors.js";
import { managersOf } from "./managers.js";
import type { Manager } from "./managers.js";

/** What a manager's name may take, as for the parameter `fieldManager`. */
const MAX_MANAGER_BYTES = 128;

/** What a client sent as the managed fields of an object, with what they are held against. */
export interface ClaimedManagers {
  core: ApiCore;
  type: ResourceType;
  old: ApiObject;
  claimed: unknown;
  subresource: string | undefined;
}

/**
 * Who owns what before a change, as kube-apiserver takes it from the client: an empty list, or one empty entry, forgets everybody;
 * a list that can be read replaces what is stored; none, or one that cannot be read, changes nothing, since clients that do not
 * know of managed fields leave them out. Subresources cannot change them. Throws 422 for names that are too long.
 */
export function managersBefore({ core, type, old, claimed, subresource }: ClaimedManagers): Manager[] {
  if (subresource !== undefined || !Array.isArray(claimed)) return managersOf(old);
  if (isReset(claimed)) return [];
  if (!claimed.every(isReadable)) return managersOf(old);
  const byIdentity = new Map<string, Manager>();
  for (const manager of managersOf({ ...old, metadata: { ...old.metadata, managedFields: claimed } })) {
    const { name, operation, apiVersion } = manager;
    const { group, version } = splitApiVersion(apiVersion);
    // Fields of a version that is not served mean nothing.
    if (core.registry.findKind(group, version, type.kind) === undefined) continue;
    byIdentity.set(JSON.stringify([name, operation, apiVersion, manager.subresource]), manager);
  }
  requireShortNames(type, old, [...byIdentity.values()]);
  return [...byIdentity.values()];
}

function requireShortNames(type: ResourceType, { metadata }: ApiObject, managers: Manager[]): void {
  const errors = new FieldErrors();
  managers.forEach(({ name }, i) => {
    if (Buffer.byteLength(name) <= MAX_MANAGER_BYTES) return;
    errors.tooLong(`metadata.managedFields[${i}].manager`, `may not be more than ${MAX_MANAGER_BYTES} bytes`);
  });
  if (errors.list.length > 0) throw invalid(type, metadata.name ?? "", errors.list);
}

function isReset(claimed: unknown[]): boolean {
  const [first] = claimed;
  return claimed.length === 0 || (claimed.length === 1 && isRecord(first) && Object.keys(first).length === 0);
}

function isReadable(entry: unknown): boolean {
  if (!isRecord(entry)) return false;
  const { operation, apiVersion, fieldsType, fieldsV1 } = entry;
  const isKnown = operation === "Apply" || operation === "Update";
  return isKnown && Boolean(apiVersion) && fieldsType === "FieldsV1" && isReadableFields(fieldsV1 ?? {});
}

function isReadableFields(fields: unknown): boolean {
  if (!isRecord(fields)) return false;
  return Object.entries(fields).every(
    ([name, inner]) => name === "." || (isReadableElement(name) && isReadableFields(inner)),
  );
}

/** `f:` and a field, `k:` and the keys of an item, `v:` and a value, or `i:` and an index. */
function isReadableElement(name: string): boolean {
  const value = name.slice(2);
  if (name.startsWith("f:")) return true;
  if (name.startsWith("i:")) return /^-?\d+$/.test(value);
  if (!name.startsWith("k:") && !name.startsWith("v:")) return false;
  try {
    return name.startsWith("v:") || isRecord(JSON.parse(value));
  } catch {
    return false;
  }
}
