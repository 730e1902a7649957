import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dns1035Label, dnsSubdomain } from "../validation/names.js";
import { validateAdmissionRule } from "./admission-rule-validation.js";
import { validateLabelSelector } from "./selector-validation.js";

const NO_SIDE_EFFECTS = ["None", "NoneOnDryRun"];
const REVIEW_VERSIONS = ["v1", "v1beta1"];
const URL_FORM = "desired format: https://host[/path]";
const MAX_SECONDS = 30;

/** Adds what is wrong with the webhooks of a configuration. */
export function validateWebhooks(object: ApiObject, errors: FieldErrors): void {
  const names = new Set<string>();
  recordsAt(object, "webhooks").forEach((webhook, i) => {
    const field = `webhooks[${i}]`;
    validateWebhook(webhook, field, errors);
    const name = asText(webhook["name"]);
    if (names.has(name)) errors.duplicate(`${field}.name`, name);
    names.add(name);
  });
}

function validateWebhook(webhook: JsonObject, field: string, errors: FieldErrors): void {
  const name = asText(webhook["name"]);
  validateName(name, `${field}.name`, errors);
  recordsAt(webhook, "rules").forEach((rule, i) =>
    validateAdmissionRule(rule, `${field}.rules[${i}]`, errors),
  );
  const { sideEffects, timeoutSeconds: seconds } = webhook;
  const effects = NO_SIDE_EFFECTS.join(", ");
  if (sideEffects === undefined) errors.required(`${field}.sideEffects`, `must specify one of ${effects}`);
  else if (!NO_SIDE_EFFECTS.includes(asText(sideEffects)))
    errors.unsupported(`${field}.sideEffects`, sideEffects, NO_SIDE_EFFECTS);
  if (typeof seconds === "number" && (seconds < 1 || seconds > MAX_SECONDS)) {
    const why = `the timeout value must be between 1 and ${MAX_SECONDS} seconds`;
    errors.invalid(`${field}.timeoutSeconds`, seconds, why);
  }
  for (const selector of ["namespaceSelector", "objectSelector"])
    validateLabelSelector(webhook[selector], `${field}.${selector}`, errors);
  validateClient(recordAt(webhook, "clientConfig") ?? {}, `${field}.clientConfig`, errors);
  validateVersions(webhook, `${field}.admissionReviewVersions`, errors);
}

function validateName(name: string, field: string, errors: FieldErrors): void {
  if (name === "") return errors.required(field);
  const problems = dnsSubdomain(name);
  for (const text of problems) errors.invalid(field, name, text);
  if (problems.length === 0 && name.split(".").length < 3)
    errors.invalid(field, name, "should be a domain with at least three segments separated by dots");
}

function validateVersions(webhook: JsonObject, field: string, errors: FieldErrors): void {
  const list = webhook["admissionReviewVersions"];
  const versions = Array.isArray(list) ? list.map((each) => asText(each)) : [];
  const known = REVIEW_VERSIONS.join(", ");
  if (versions.length === 0) return errors.required(field, `must specify one of ${known}`);
  versions.forEach((version, i) => {
    if (versions.indexOf(version) < i) errors.invalid(`${field}[${i}]`, version, "duplicate version");
    else for (const text of dns1035Label(version)) errors.invalid(`${field}[${i}]`, version, text);
  });
  if (!versions.some((version) => REVIEW_VERSIONS.includes(version)))
    errors.invalid(field, versions, `must include at least one of ${known}`);
}

function validateClient(client: JsonObject, field: string, errors: FieldErrors): void {
  const { url } = client;
  const service = recordAt(client, "service");
  if ((url === undefined) === (service === undefined))
    errors.required(field, "exactly one of url or service is required");
  else if (url !== undefined) validateUrl(asText(url), `${field}.url`, errors);
  else validateService(service ?? {}, `${field}.service`, errors);
}

function validateUrl(text: string, field: string, errors: FieldErrors): void {
  if (!URL.canParse(text)) return errors.required(field, `url must be a valid URL; ${URL_FORM}`);
  const { protocol, host, username, password, hash, search } = new URL(text);
  const wrong = (value: string, why: string): void => errors.invalid(field, value, `${why}; ${URL_FORM}`);
  if (protocol !== "https:") wrong(protocol.replace(/:$/, ""), "'https' is the only allowed URL scheme");
  if (host === "") wrong("", "host must be specified");
  const user = password === "" ? username : `${username}:${password}`;
  if (user !== "") errors.invalid(field, user, "user information is not permitted in the URL");
  if (hash !== "") errors.invalid(field, hash.slice(1), "fragments are not permitted in the URL");
  if (search !== "") errors.invalid(field, search.slice(1), "query parameters are not permitted in the URL");
}

function validateService(service: JsonObject, field: string, errors: FieldErrors): void {
  for (const name of ["name", "namespace"])
    if (asText(service[name]) === "") errors.required(`${field}.${name}`);
  const { port } = service;
  if (typeof port === "number" && (port < 1 || port > 65_535)) {
    const why = "port is not valid: must be between 1 and 65535, inclusive";
    errors.invalid(`${field}.port`, port, why);
  }
  const path = service["path"];
  if (path !== undefined) validatePath(asText(path), `${field}.path`, errors);
}

function validatePath(path: string, field: string, errors: FieldErrors): void {
  const wrong = (why: string): void => errors.invalid(field, path, why);
  if (path === "/" || path === "") return;
  if (path === "//") return wrong("segment[0] may not be empty");
  if (!path.startsWith("/")) wrong("must start with a '/'");
  const parts = path.slice(1).replace(/\/$/, "").split("/");
  parts.forEach((part, i) => {
    if (part === "") wrong(`segment[${i}] may not be empty`);
    else for (const text of dnsSubdomain(part)) wrong(`segment[${i}]: ${text}`);
  });
}
