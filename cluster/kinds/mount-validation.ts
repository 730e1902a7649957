import type { JsonObject } from "../api/field-access.js";
import { asText, recordsAt, valueAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateDescendingPath } from "./path-rules.js";

/** Adds what is wrong with where a container at `field` mounts `volumes`. */
export function validateMounts(
  container: JsonObject,
  field: string,
  volumes: ReadonlySet<string>,
  errors: FieldErrors,
): void {
  const isPrivileged = valueAt(container, "securityContext.privileged") === true;
  const paths = new Set<string>();
  recordsAt(container, "volumeMounts").forEach((mount, i) => {
    const at = `${field}.volumeMounts[${i}]`;
    const [name, mountPath] = [asText(mount["name"]), asText(mount["mountPath"])];
    if (name !== "" && !volumes.has(name)) errors.notFound(`${at}.name`, name);
    if (paths.has(mountPath)) errors.invalid(`${at}.mountPath`, mountPath, "must be unique");
    paths.add(mountPath);
    validateSubPaths(mount, { at, path: `${field}.volumeMounts` }, errors);
    validatePropagation(mount, { path: `${field}.volumeMounts`, isPrivileged }, errors);
  });
}

/** `path` is the list's, where a real API server tells of paths that lead elsewhere. */
function validateSubPaths(
  mount: JsonObject,
  { at, path }: { at: string; path: string },
  errors: FieldErrors,
): void {
  const [plain, expression] = [asText(mount["subPath"]), asText(mount["subPathExpr"])];
  if (plain !== "") validateDescendingPath(plain, `${path}.subPath`, errors);
  if (expression === "") return;
  if (plain !== "")
    errors.invalid(`${at}.subPathExpr`, expression, "subPathExpr and subPath are mutually exclusive");
  validateDescendingPath(expression, `${path}.subPathExpr`, errors);
}

function validatePropagation(
  { mountPropagation, recursiveReadOnly, readOnly }: JsonObject,
  { path, isPrivileged }: { path: string; isPrivileged: boolean },
  errors: FieldErrors,
): void {
  if (mountPropagation === "Bidirectional" && !isPrivileged) {
    errors.forbidden(
      `${path}.mountPropagation`,
      "Bidirectional mount propagation is available only to privileged containers",
    );
  }
  if (recursiveReadOnly !== "Enabled" && recursiveReadOnly !== "IfPossible") return;
  const at = `${path}.recursiveReadOnly`;
  if (readOnly !== true) errors.forbidden(at, "may only be specified when readOnly is true");
  if (mountPropagation !== undefined && mountPropagation !== "None")
    errors.forbidden(at, "may only be specified when mountPropagation is None or not specified");
}
