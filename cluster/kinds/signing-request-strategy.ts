import { X509Certificate } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { asText, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { LEGACY_SIGNER } from "../certificates/signer-names.js";
import { readSigningRequest, UnreadableRequest } from "../certificates/signing-request.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsLabel, dnsSubdomain } from "../validation/names.js";
import { timestamp } from "../validation/timestamp.js";
import type { KindStrategy } from "./strategy.js";

const MIN_EXPIRATION_SECONDS = 600;
const USAGES = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;
const DECISIONS = ["Approved", "Denied"];
/** Conditions that are only ever true. */
const FINAL = [...DECISIONS, "Failed"];
const CONDITIONS = "status.conditions";

/** A request for a certificate is fixed once it is made; what is decided of it comes through `approval` and `status`. */
export const signingRequestStrategy: KindStrategy = {
  prepareCreate: (object) => {
    object["status"] = {};
  },
  prepareUpdate: (object, old) => {
    object["spec"] = old["spec"];
  },
  setDefaults: stampConditions,
  async validateContent(object, errors) {
    try {
      await readSigningRequest(textAt(object, "spec.request"));
    } catch (error) {
      if (!(error instanceof UnreadableRequest)) throw error;
      errors.invalid("spec.request", valueAt(object, "spec.request"), error.message);
    }
  },
  validate: (object, errors) => {
    validateUsages(object, errors);
    validateSignerName(object, errors);
    const seconds = valueAt(object, "spec.expirationSeconds");
    if (typeof seconds === "number" && seconds < MIN_EXPIRATION_SECONDS) {
      const why = "may not specify a duration less than 600 seconds (10 minutes)";
      errors.invalid("spec.expirationSeconds", seconds, why);
    }
    validateConditions(object, errors);
    validateCertificate(textAt(object, "status.certificate"), errors);
  },
  validateUpdate: (object, old, errors, subresource) => {
    for (const type of FINAL) {
      if (conditionsOf(object, type).length >= conditionsOf(old, type).length) continue;
      errors.forbidden(CONDITIONS, `updates may not remove a condition of type ${JSON.stringify(type)}`);
    }
    if (subresource !== "approval") validateDecisions(object, old, errors);
    const [before, after] = [old, object].map((each) => textAt(each, "status.certificate"));
    if (before === after) return;
    if (subresource !== "status") {
      errors.forbidden("status.certificate", "updates may not set certificate content");
    } else if (before !== "") {
      errors.forbidden("status.certificate", "updates may not modify existing certificate content");
    }
  },
};

/** A new condition has the time it came at. */
function stampConditions(object: ApiObject, old?: ApiObject): void {
  const now = timestamp(new Date());
  for (const condition of recordsAt(object, CONDITIONS)) {
    condition["lastUpdateTime"] ??= now;
    const before = recordsAt(old, CONDITIONS).find(
      ({ type, status }) => type === condition["type"] && status === condition["status"],
    );
    condition["lastTransitionTime"] ??= before?.["lastTransitionTime"] ?? now;
  }
}

function validateUsages(object: ApiObject, errors: FieldErrors): void {
  const value = valueAt(object, "spec.usages");
  const usages: unknown[] = Array.isArray(value) ? value : [];
  if (usages.length === 0) errors.required("spec.usages");
  usages.forEach((usage, i) => {
    if (!USAGES.includes(asText(usage))) errors.unsupported(`spec.usages[${i}]`, usage, USAGES);
  });
  usages.forEach((usage, i) => {
    if (usages.indexOf(usage) < i) errors.duplicate(`spec.usages[${i}]`, usage);
  });
}

function validateSignerName(object: ApiObject, errors: FieldErrors): void {
  const field = "spec.signerName";
  const signer = textAt(object, field);
  if (signer === "") return errors.required(field);
  if (signer === LEGACY_SIGNER) {
    return errors.invalid(field, signer, "the legacy signerName is not allowed via this API version");
  }
  const [domain = "", path, ...rest] = signer.split("/");
  if (path === undefined || rest.length > 0) {
    const why = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return errors.invalid(field, signer, why);
  }
  validateSegment(domain, dnsLabel, errors);
  if (!domain.includes(".")) {
    errors.invalid(field, domain, "should be a domain with at least two segments separated by dots");
  }
  validateSegment(path, dnsSubdomain, errors);
}

/** Tells of the first part alone: others would have the same fault. */
function validateSegment(segment: string, rule: typeof dnsLabel, errors: FieldErrors): void {
  const wrong = segment.split(".").find((part) => rule(part).length > 0);
  if (wrong === undefined) return;
  for (const why of rule(wrong)) {
    errors.invalid("spec.signerName", segment, `validating label ${JSON.stringify(wrong)}: ${why}`);
  }
}

function validateConditions(object: ApiObject, errors: FieldErrors): void {
  const conditions = recordsAt(object, CONDITIONS);
  conditions.forEach(({ type, status }, i) => {
    if (asText(type) === "") errors.required(`${CONDITIONS}[${i}].type`);
    const allowed = FINAL.includes(asText(type)) ? ["True"] : ["False", "True", "Unknown"];
    if (asText(status) === "") errors.required(`${CONDITIONS}[${i}].status`);
    else if (!allowed.includes(asText(status))) {
      errors.unsupported(`${CONDITIONS}[${i}].status`, status, allowed);
    }
    const earlier = conditions.slice(0, i).map((each) => each["type"]);
    const other = DECISIONS.find((decision) => decision !== type);
    if (DECISIONS.includes(asText(type)) && earlier.includes(other)) {
      errors.invalid(CONDITIONS, type, "Approved and Denied conditions are mutually exclusive");
    }
    if (earlier.includes(type)) errors.duplicate(`${CONDITIONS}[${i}].type`, type);
  });
}

/** The base64 of PEM text, which must be certificates and nothing else. */
function validateCertificate(encoded: string, errors: FieldErrors): void {
  if (encoded === "") return;
  const fault = certificateFault(Buffer.from(encoded, "base64").toString("latin1"));
  if (fault !== undefined) errors.invalid("status.certificate", "<certificate data>", fault);
}

function certificateFault(pem: string): string | undefined {
  const blocks = [...pem.matchAll(PEM_BLOCK)];
  if (blocks.length === 0) return "must contain at least one CERTIFICATE PEM block";
  for (const [block, label = ""] of blocks) {
    if (label !== "CERTIFICATE") {
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(label)}`;
    }
    if (!isCertificate(block)) return "the CERTIFICATE PEM block holds no certificate";
  }
  return undefined;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function validateDecisions(object: ApiObject, old: ApiObject, errors: FieldErrors): void {
  for (const type of DECISIONS) {
    const [before, after] = [conditionsOf(old, type), conditionsOf(object, type)];
    const name = JSON.stringify(type);
    if (after.length > before.length) {
      errors.forbidden(CONDITIONS, `updates may not add a condition of type ${name}`);
    } else if (after.length === before.length && !isDeepStrictEqual(before, after)) {
      errors.forbidden(CONDITIONS, `updates may not modify a condition of type ${name}`);
    }
  }
}

function conditionsOf(object: ApiObject, wanted: string): JsonObject[] {
  return recordsAt(object, CONDITIONS).filter(({ type }) => type === wanted);
}
