import type { ApiObject } from "../api/object.js";
import type { WriteOptions } from "../api/service.js";
import type { ResourceType } from "../registry/resource-type.js";
import { apiVersionOf } from "../registry/resource-type.js";
import type { ApiCore } from "../rest/api-core.js";
import { timestamp } from "../validation/timestamp.js";
import { managersBefore } from "./claimed-managers.js";
import { compareFields } from "./field-diff.js";
import type { FieldSet } from "./field-set.js";
import { union, without } from "./field-set.js";
import type { Manager } from "./managers.js";
import { isSameManager, managersOf, setManagers } from "./managers.js";

const BEFORE_FIRST_APPLY = "before-first-apply";

/** One write whose author is to be recorded. */
export interface ManagedWrite {
  core: ApiCore;
  type: ResourceType;
  object: ApiObject;
  old?: ApiObject;
  options: WriteOptions;
  operation: "Update" | "Apply";
  subresource?: string;
  /** The managed fields a client sent with a change. */
  claimed?: unknown;
  /** What an apply wrote down for its manager and took from others. */
  applied?: AppliedFields;
}

export interface AppliedFields {
  owned: FieldSet;
  taken: FieldSet;
  /** Whether the object became another, but for who owns its fields. */
  isChange: boolean;
}

/** Writes into `metadata.managedFields` who owns which field after this write. */
export function recordManager(write: ManagedWrite): void {
  const { core, type, object, old, operation, options } = write;
  const managers = knownManagers(write);
  // Where nobody owns anything, fields are owned from the first apply on.
  if (old !== undefined && operation === "Update" && managers.length === 0) {
    delete object.metadata.managedFields;
    return;
  }
  const author: Omit<Manager, "fields"> = {
    name: managerName(options),
    operation,
    apiVersion: apiVersionOf(type),
    subresource: write.subresource ?? "",
    time: timestamp(core.now()),
  };
  const difference = compareFields(old ?? {}, object, type.schema, core.resolve);
  const next =
    operation === "Apply"
      ? afterApply(managers, author, write.applied, difference.removed)
      : afterUpdate(managers, author, difference.changed, difference.removed);
  setManagers(object, next);
}

function knownManagers({ core, type, old, operation, claimed, subresource }: ManagedWrite): Manager[] {
  if (old === undefined) return [];
  if (operation === "Apply") return managersAtApply(core, type, old);
  return managersBefore({ core, type, old, claimed, subresource });
}

/** Who owns the fields of an object that is applied to: where nobody did, whoever there was before the first apply. */
export function managersAtApply(core: ApiCore, type: ResourceType, old: ApiObject): Manager[] {
  const managers = managersOf(old);
  if (managers.length > 0) return managers;
  const { changed } = compareFields({}, old, type.schema, core.resolve);
  const apiVersion = apiVersionOf(type);
  const time = timestamp(core.now());
  return [
    { name: BEFORE_FIRST_APPLY, operation: "Update", apiVersion, subresource: "", time, fields: changed },
  ];
}

/** An update owns what it changed, and nobody else does any more. */
function afterUpdate(
  managers: Manager[],
  author: Omit<Manager, "fields">,
  changed: FieldSet,
  removed: FieldSet,
): Manager[] {
  const gone = union(changed, removed);
  const own = managers.find((manager) => isSameManager(manager, author));
  const others = managers.filter((manager) => manager !== own).map((manager) => lessened(manager, gone));
  const kept = without(own?.fields ?? new Set(), removed);
  if (changed.size === 0 && own !== undefined) return [...others, { ...own, fields: kept }];
  return [...others, { ...author, fields: union(kept, changed) }];
}

/** An apply owns what it said, since when it last changed something; others keep what they share, but for what was taken by force or is gone. */
function afterApply(
  managers: Manager[],
  author: Omit<Manager, "fields">,
  applied: AppliedFields | undefined,
  removed: FieldSet,
): Manager[] {
  const gone = union(applied?.taken ?? new Set(), removed);
  const own = managers.find((manager) => isSameManager(manager, author));
  const others = managers.filter((manager) => manager !== own).map((manager) => lessened(manager, gone));
  const fields = applied?.owned ?? new Set<string>();
  return [
    ...others,
    { ...author, time: applied?.isChange === true ? author.time : (own?.time ?? ""), fields },
  ];
}

function lessened(manager: Manager, gone: FieldSet): Manager {
  return { ...manager, fields: without(manager.fields, gone) };
}

export function managerName({ fieldManager, user }: WriteOptions): string {
  return fieldManager ?? (user.name.split(":").at(-1) || "unknown");
}
