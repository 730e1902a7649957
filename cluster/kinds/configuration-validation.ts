import { asText, isRecord, recordAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { FieldErrors } from "../validation/field-errors.js";
import type { NameRule } from "../validation/names.js";
import { longerThan } from "../validation/names.js";

/** Bytes the values of one object may take together. */
const MAX_BYTES = 1024 * 1024;
const MAX_KEY = 253;
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const ACCOUNT_NAME = "kubernetes.io/service-account.name";
/** Keys a secret of a type must have. */
const REQUIRED_KEYS: Record<string, string[]> = {
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
};
const DOCKER_TYPES = ["kubernetes.io/dockerconfigjson", "kubernetes.io/dockercfg"];

export function validateConfigMap(map: ApiObject, errors: FieldErrors): void {
  const data = recordAt(map, "data") ?? {};
  const binaryData = recordAt(map, "binaryData") ?? {};
  for (const key of Object.keys(data)) {
    validateKey(key, "data", errors);
    if (Object.hasOwn(binaryData, key)) {
      errors.invalid(`data[${key}]`, key, "duplicate of key present in binaryData");
    }
  }
  for (const key of Object.keys(binaryData)) validateKey(key, "binaryData", errors);
  const plain = Object.values(data).reduce((sum: number, value) => sum + Buffer.byteLength(asText(value)), 0);
  if (plain + encodedBytes(binaryData) > MAX_BYTES)
    errors.tooLong("[]", `may not be more than ${MAX_BYTES} bytes`);
}

export function validateSecret(secret: ApiObject, errors: FieldErrors): void {
  const data = recordAt(secret, "data") ?? {};
  const type = asText(secret["type"]);
  for (const key of Object.keys(data)) validateKey(key, "data", errors);
  if (encodedBytes(data) > MAX_BYTES) errors.tooLong("data", `may not be more than ${MAX_BYTES} bytes`);
  const required = Object.hasOwn(REQUIRED_KEYS, type) ? (REQUIRED_KEYS[type] ?? []) : [];
  for (const key of required) if (!Object.hasOwn(data, key)) errors.required(`data[${key}]`);
  if (DOCKER_TYPES.includes(type)) validateDocker(data, required, errors);
  if (
    type === "kubernetes.io/basic-auth" &&
    !["username", "password"].some((key) => Object.hasOwn(data, key))
  ) {
    errors.required("data[username]");
    errors.required("data[password]");
  }
  if (type === "kubernetes.io/service-account-token" && !secret.metadata.annotations?.[ACCOUNT_NAME]) {
    errors.required(`metadata.annotations[${ACCOUNT_NAME}]`);
  }
}

function validateDocker(data: Record<string, unknown>, keys: string[], errors: FieldErrors): void {
  for (const key of keys.filter((each) => Object.hasOwn(data, each))) {
    const why = jsonProblem(Buffer.from(asText(data[key]), "base64").toString("utf8"));
    if (why !== undefined) errors.invalid(`data[${key}]`, "<secret contents redacted>", why);
  }
}

function validateKey(key: string, field: string, errors: FieldErrors): void {
  for (const text of configKey(key)) errors.invalid(`${field}[${key}]`, key, text);
}

/** A key of a ConfigMap or Secret. */
export const configKey: NameRule = (key) => {
  const problems = longerThan(key, MAX_KEY);
  if (!CONFIG_KEY.test(key)) {
    problems.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (key === "." || key === "..") problems.push(`must not be '${key}'`);
  else if (key.startsWith("..")) problems.push("must not start with '..'");
  return problems;
};

/** Bytes that base64 texts stand for. */
function encodedBytes(data: Record<string, unknown>): number {
  return Object.values(data).reduce(
    (sum: number, value) => sum + Buffer.byteLength(asText(value), "base64"),
    0,
  );
}

/** What Go says of a text that is no JSON object, as far as its first characters tell. */
function jsonProblem(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value)
      ? undefined
      : "json: cannot unmarshal into Go value of type map[string]interface {}";
  } catch {
    return goSyntaxError(text.trimStart());
  }
}

const LITERALS: Record<string, string> = { n: "null", t: "true", f: "false" };

function goSyntaxError(text: string): string {
  if (text === "") return "unexpected end of JSON input";
  const first = text.charAt(0);
  const literal = Object.hasOwn(LITERALS, first) ? LITERALS[first] : undefined;
  if (literal === undefined) {
    return `invalid character '${first}' looking for beginning of value`;
  }
  const wrong = literal.split("").findIndex((expected, i) => text.charAt(i) !== expected);
  const found = text.charAt(wrong);
  if (wrong === -1) return `invalid character '${text.charAt(literal.length)}' after top-level value`;
  if (found === "") return "unexpected end of JSON input";
  return `invalid character '${found}' in literal ${literal} (expecting '${literal.charAt(wrong)}')`;
}
