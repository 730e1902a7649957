import { randomInt, randomUUID } from "node:crypto";
import type { ApiObject, ObjectMeta } from "../api/object.js";
import { badRequest, StatusError } from "../api/status.js";
import { asText, isRecord } from "../api/field-access.js";
import type { ResourceType } from "../registry/resource-type.js";
import { apiVersionOf } from "../registry/resource-type.js";
import { timestamp } from "../validation/timestamp.js";

/** Consonants and digits that spell no words, as Kubernetes' name generator uses. */
const SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
const MAX_GENERATED_BASE = 63 - SUFFIX_LENGTH;

/** Checks that the body is of the kind of the URL and sets what it may leave out. */
export function requireKind(type: ResourceType, object: ApiObject): void {
  if (!isRecord(object.metadata)) object.metadata = {};
  object.apiVersion ||= apiVersionOf(type);
  object.kind ||= type.kind;
  const fault = kindFault(type, object);
  if (fault === undefined) return;
  throw badRequest(
    `${object.kind} in version ${JSON.stringify(versionOf(object))} cannot be handled as a ${type.kind}: ${fault}`,
  );
}

/** Why the object is none of the kind of the URL, where it says that it is of another. */
export function kindFault(
  type: ResourceType,
  object: { apiVersion?: unknown; kind?: unknown },
): string | undefined {
  const { apiVersion = apiVersionOf(type), kind = type.kind } = object;
  if (apiVersion !== apiVersionOf(type))
    return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
  if (kind === type.kind) return undefined;
  const internal = `${type.group.split(".")[0] || "core"}.${type.kind}`;
  return `converting (${type.version}.${asText(kind)}) to (${internal}): unknown conversion`;
}

function versionOf({ apiVersion }: ApiObject): string {
  return apiVersion.slice(apiVersion.lastIndexOf("/") + 1);
}

/** Puts the object into the namespace of the URL; throws 400 where it says otherwise. */
export function placeInNamespace(
  type: ResourceType,
  metadata: ObjectMeta,
  namespace: string | undefined,
): void {
  if (!type.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace !== undefined && metadata.namespace !== "" && metadata.namespace !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  if (namespace !== undefined) metadata.namespace = namespace;
}

/** Throws 500 for an object that is to be new and bears a version; a text that is no version counts as none. */
export function requireUnversioned({ resourceVersion = "" }: ObjectMeta): void {
  if (resourceVersion === "" || versionFault(resourceVersion) !== undefined) return;
  if (Number(resourceVersion) > 0)
    throw withoutReason("resourceVersion should not be set on objects to be created");
}

/** Gives a new object what the server alone decides. */
export function stampNewMetadata(metadata: ObjectMeta, now: Date): void {
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.generation;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = timestamp(now);
  removeEmpty(metadata);
}

const MAX_UINT64 = 2n ** 64n - 1n;

/** Why a text is no resourceVersion, as Go says it. */
export function versionFault(text: string): string | undefined {
  const isNumber = /^\d+$/.test(text);
  if (isNumber && BigInt(text) <= MAX_UINT64) return undefined;
  return `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${isNumber ? "value out of range" : "invalid syntax"}`;
}

/** An error that a real API server does not expect either, and answers as it is. */
export function withoutReason(message: string): StatusError {
  return new StatusError({ code: 500, reason: "", message });
}

export function generateName(base: string): string {
  let suffix = "";
  for (let i = 0; i < SUFFIX_LENGTH; i++) suffix += SUFFIX_ALPHABET[randomInt(SUFFIX_ALPHABET.length)];
  return `${base.slice(0, MAX_GENERATED_BASE)}${suffix}`;
}

/** Restores in `metadata` what a change cannot touch. */
export function carryMetadata(metadata: ObjectMeta, old: ObjectMeta): void {
  const kept = [
    "name",
    "namespace",
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
  ] as const;
  for (const key of kept) {
    const value = old[key];
    if (value === undefined) delete metadata[key];
    else Object.assign(metadata, { [key]: value });
  }
  removeEmpty(metadata);
}

/** Go leaves empty maps and lists of metadata out of JSON. */
function removeEmpty(metadata: ObjectMeta): void {
  for (const [key, value] of Object.entries(metadata)) {
    const isEmpty =
      value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);
    if (isEmpty) delete (metadata as Record<string, unknown>)[key];
  }
}
