import { isDeepStrictEqual } from "node:util";
import { valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";

/** What is said of a field that cannot change. */
export const IMMUTABLE = "field is immutable";

/** Adds an error when the field at `path` differs from the stored one. */
export function unchanged(object: ApiObject, old: ApiObject, path: string, errors: FieldErrors): void {
  const value = valueAt(object, path);
  if (!isDeepStrictEqual(value, valueAt(old, path))) errors.invalid(path, value, IMMUTABLE);
}
