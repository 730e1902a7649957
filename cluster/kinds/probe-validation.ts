import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, numberAt, recordAt, recordsAt } from "../api/field-access.js";
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
export function validateProbes(
  container: JsonObject,
  { field, graceSeconds }: { field: string; graceSeconds: number | undefined },
  errors: FieldErrors,
): void {
  for (const hook of ["postStart", "preStop"]) {
    const handler = recordAt(container, `lifecycle.${hook}`);
    if (handler === undefined) continue;
    validateHandler(handler, `${field}.lifecycle.${hook}`, errors);
    validateSleep(handler, { field: `${field}.lifecycle.${hook}.sleep`, graceSeconds }, errors);
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
    validateGrace(probe, name, at, errors);
  }
}

function validateGrace(probe: JsonObject, name: string, at: string, errors: FieldErrors): void {
  const { terminationGracePeriodSeconds: seconds } = probe;
  const field = `${at}.terminationGracePeriodSeconds`;
  if (typeof seconds !== "number") return;
  if (seconds <= 0) errors.invalid(field, seconds, "must be greater than 0");
  if (name === "readinessProbe") errors.invalid(field, seconds, "must not be set for readinessProbes");
}

function validateSleep(
  handler: JsonObject,
  { field, graceSeconds }: { field: string; graceSeconds: number | undefined },
  errors: FieldErrors,
): void {
  const [first] = HANDLERS.filter((name) => isRecord(handler[name]));
  if (first !== "sleep" || graceSeconds === undefined) return;
  const seconds = numberAt(handler, "sleep.seconds");
  if (seconds >= 0 && seconds <= graceSeconds) return;
  const why = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
  errors.invalid(field, seconds, why);
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
  if (first === "httpGet") validateHeaders(handler, `${field}.httpGet.httpHeaders`, errors);
  if (first === "grpc") validatePortReference(port ?? 0, `${field}.grpc.port`, errors);
  for (const other of others) {
    errors.forbidden(`${field}.${other}`, "may not specify more than 1 handler type");
  }
}

function validateHeaders(handler: JsonObject, field: string, errors: FieldErrors): void {
  for (const { name } of recordsAt(handler, "httpGet.httpHeaders")) {
    if (/^[-A-Za-z0-9]+$/.test(asText(name))) continue;
    const why =
      "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
    errors.invalid(field, asText(name), why);
  }
}
