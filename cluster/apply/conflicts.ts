import { StatusError } from "../api/status.js";
import { keyPath, pathText } from "./field-path.js";
import type { FieldSet } from "./field-set.js";
import type { Manager } from "./managers.js";

/** One field an apply would take from somebody. */
interface Conflict {
  manager: Manager;
  key: string;
}

/** The fields among `changed` that other managers own. */
export function findConflicts(managers: Manager[], changed: FieldSet): Conflict[] {
  return managers.flatMap((manager) =>
    [...manager.fields].filter((key) => changed.has(key)).map((key) => ({ manager, key })),
  );
}

/** The 409 that says whose fields they are, in the words kubectl's help for conflicts relies on. */
export function conflictError(conflicts: Conflict[]): StatusError {
  const causes = conflicts.map(({ manager, key }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${managerText(manager)}`,
    field: pathText(keyPath(key)),
  }));
  const plural = conflicts.length === 1 ? "" : "s";
  return new StatusError({
    code: 409,
    reason: "Conflict",
    message: `Apply failed with ${conflicts.length} conflict${plural}: ${conflictText(conflicts)}`,
    details: { causes },
  });
}

function conflictText(conflicts: Conflict[]): string {
  const [only, ...more] = conflicts;
  if (only !== undefined && more.length === 0) {
    return `conflict with ${managerText(only.manager)}: ${pathText(keyPath(only.key))}`;
  }
  const lines = new Map<string, string[]>();
  for (const { manager, key } of conflicts) {
    const text = managerText(manager);
    lines.set(text, [...(lines.get(text) ?? []), `- ${pathText(keyPath(key))}`]);
  }
  const texts = [...lines.keys()].toSorted();
  return texts.flatMap((text) => [`conflicts with ${text}:`, ...(lines.get(text) ?? [])]).join("\n");
}

function managerText({ name, operation, apiVersion, subresource }: Manager): string {
  const who =
    JSON.stringify(name) + (subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === "Update" ? `${who} using ${apiVersion}` : who;
}
