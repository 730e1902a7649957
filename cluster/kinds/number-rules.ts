import { asText } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";

/** Adds an error for a number below zero. */
export function notNegative(value: unknown, field: string, errors: FieldErrors): void {
  if (typeof value === "number" && value < 0)
    errors.invalid(field, value, "must be greater than or equal to 0");
}

/** Adds what is wrong with a number of pods or a percentage of them. */
export function validateCountOrPercent(value: unknown, field: string, errors: FieldErrors): void {
  if (typeof value !== "string") return notNegative(value, field, errors);
  if (!/^[0-9]+%$/.test(value)) {
    errors.invalid(
      field,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    );
  }
}

/** Adds an error for a percentage of more than all. */
export function notAboveAll(value: unknown, field: string, errors: FieldErrors): void {
  const percent = /^([0-9]+)%$/.exec(asText(value))?.[1];
  if (percent !== undefined && Number(percent) > 100)
    errors.invalid(field, value, "must not be greater than 100%");
}

/** Whether the value is a number or percentage that amounts to nothing. */
export function isNothing(value: unknown): boolean {
  return value === 0 || /^0+%$/.test(asText(value));
}
