import type { FieldErrors } from "../validation/field-errors.js";

/** Adds an error for a path that leaves the folder it is below. */
export function validateDescendingPath(path: string, field: string, errors: FieldErrors): void {
  if (path.startsWith("/")) errors.invalid(field, path, "must be a relative path");
  validateNoBacksteps(path, field, errors);
}

/** Adds an error for a path with a step back. */
export function validateNoBacksteps(path: string, field: string, errors: FieldErrors): void {
  if (path.split("/").includes("..")) errors.invalid(field, path, "must not contain '..'");
}

/** The same for a file of a volume, whose names with two dots are the kubelet's own. */
export function validateFilePath(path: string, field: string, errors: FieldErrors): void {
  validateDescendingPath(path, field, errors);
  if (path.startsWith("..") && !path.startsWith("../"))
    errors.invalid(field, path, "must not start with '..'");
}
