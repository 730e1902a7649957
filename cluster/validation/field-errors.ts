import type { FieldError } from "../api/status.js";

const MISSING = "Required value";

/** Collects the violations of one object, worded as Kubernetes' `field.Error`. */
export class FieldErrors {
  readonly list: FieldError[] = [];

  get isEmpty(): boolean {
    return this.list.length === 0;
  }

  /** That a field is missing is said once by itself, and not beside what says why. */
  required(field: string, detail = ""): void {
    const known = this.list.filter((error) => error.field === field && error.reason === "FieldValueRequired");
    if (detail === "" ? known.length > 0 : known.some((error) => error.detail === `${MISSING}: ${detail}`))
      return;
    const plain = known.find((error) => error.detail === MISSING);
    if (plain !== undefined) this.list.splice(this.list.indexOf(plain), 1);
    this.#add("FieldValueRequired", field, MISSING, detail);
  }

  invalid(field: string, value: unknown, detail: string): void {
    this.#add("FieldValueInvalid", field, `Invalid value: ${goValue(value)}`, detail);
  }

  /** Where the value is too large or too secret to be shown. */
  invalidUnshown(field: string, detail: string): void {
    this.#add("FieldValueInvalid", field, "Invalid value", detail);
  }

  unsupported(field: string, value: unknown, supported: readonly string[]): void {
    const names = supported.map((name) => JSON.stringify(name)).join(", ");
    this.#add(
      "FieldValueNotSupported",
      field,
      `Unsupported value: ${goValue(value)}`,
      `supported values: ${names}`,
    );
  }

  forbidden(field: string, detail: string): void {
    this.#add("FieldValueForbidden", field, "Forbidden", detail);
  }

  duplicate(field: string, value: unknown, detail = ""): void {
    this.#add("FieldValueDuplicate", field, `Duplicate value: ${goValue(value)}`, detail);
  }

  notFound(field: string, value: unknown, detail = ""): void {
    this.#add("FieldValueNotFound", field, `Not found: ${goValue(value)}`, detail);
  }

  tooLong(field: string, detail: string): void {
    this.#add("FieldValueTooLong", field, "Too long", detail);
  }

  tooMany(field: string, count: number, max: number): void {
    this.#add("FieldValueTooMany", field, `Too many: ${count}`, `must have at most ${max} items`);
  }

  typeInvalid(field: string, value: unknown, detail: string): void {
    this.#add("FieldValueTypeInvalid", field, `Invalid value: ${goValue(value)}`, detail);
  }

  #add(reason: string, field: string, what: string, detail: string): void {
    this.list.push({ reason, field, detail: detail === "" ? what : `${what}: ${detail}` });
  }
}

/** A value as Kubernetes prints it in a field error: strings quoted, objects as JSON. */
export function goValue(value: unknown): string {
  if (value === undefined || value === null) return "null";
  // Go's encoder escapes what HTML would read, but not in a plain string, which is quoted.
  const text = JSON.stringify(value);
  return typeof value === "string" ? text : text.replaceAll(/[<>&]/g, escaped);
}

function escaped(character: string): string {
  return `\\u00${character.charCodeAt(0).toString(16)}`;
}
