import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { portName } from "../validation/names.js";
import { notNegative } from "./number-rules.js";

const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];
const PROBES = ["livenessProbe", "readinessProbe", "startupProbe"];
const TIMES = [
  "initialDelaySeconds",
  "timeoutSeconds",
  "periodSeconds",
  "successThreshold",
  "failureThreshold",
];

/** Adds what is wrong with the hooks and probes of a container at `field`. */
export function validateProbes(container: JsonObject, field: string, errors: FieldErrors): void {
  for (const hook of ["postStart", "preStop"]) {
    const handler = recordAt(container, `lifecycle.${hook}`);
    if (handler !== undefined) validateHandler(handler, `${field}.lifecycle.${hook}`, errors);
  }
  for (const name of PROBES) {
    const probe = recordAt(container, name);
    if (probe === undefined) continue;
    const at = `${field}.${name}`;
    validateHandler(probe, at, errors);
    for (const time of TIMES) notNegative(probe[time], `${at}.${time}`, errors);
    const { successThreshold: successes } = probe;
    if (name !== "readinessProbe" && typeof successes === "number" && successes !== 1) {
      errors.invalid(`${at}.successThreshold`, successes, "must be 1");
    }
  }
}

/** Init containers that end are not probed. */
export function forbidProbes(container: JsonObject, field: string, errors: FieldErrors): void {
  for (const name of ["lifecycle", ...PROBES]) {
    if (container[name] === undefined) continue;
    errors.forbidden(`${field}.${name}`, "may not be set for init containers without restartPolicy=Always");
  }
}

/** A number or name of a port. */
export function validatePortReference(port: unknown, field: string, errors: FieldErrors): void {
  if (typeof port === "number") {
    if (port < 1 || port > 65_535) errors.invalid(field, port, "must be between 1 and 65535, inclusive");
    return;
  }
  const name = asText(port);
  for (const text of portName(name)) errors.invalid(field, name, text);
}

function validateHandler(handler: JsonObject, field: string, errors: FieldErrors): void {
  const [first, ...others] = HANDLERS.filter((name) => isRecord(handler[name]));
  if (first === undefined) return errors.required(field, "must specify a handler type");
  const { command, port } = recordAt(handler, first) ?? {};
  if (first === "exec" && (!Array.isArray(command) || command.length === 0)) {
    errors.required(`${field}.exec.command`);
  }
  if (first === "httpGet" || first === "tcpSocket") {
    validatePortReference(port ?? 0, `${field}.${first}.port`, errors);
  }
  for (const other of others) {
    errors.forbidden(`${field}.${other}`, "may not specify more than 1 handler type");
  }
}
