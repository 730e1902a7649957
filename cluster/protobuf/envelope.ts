import type { JsonObject } from "../api/field-access.js";
import { badRequest } from "../api/status.js";
import { loadMessages } from "./facts.js";
import { decodeMessage } from "./message-decoder.js";
import { readFields } from "./wire-reader.js";

const MAGIC = Buffer.from("k8s\0");

/** Decodes a body in Kubernetes' protobuf envelope (`runtime.Unknown` behind a magic number) to the JSON it stands for. */
export function decodeProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw badRequest(
      "provided data does not appear to be a protobuf message: expected the prefix [107 56 115 0]",
    );
  }
  try {
    const { apiVersion, kind, raw } = readUnknown(bytes.subarray(MAGIC.length));
    const message = loadMessages().kinds[`${apiVersion}/${kind}`] ?? sharedMessage(kind);
    if (message === undefined) {
      throw badRequest(
        `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`,
      );
    }
    return { apiVersion, kind, ...decodeMessage(message, raw) };
  } catch (error) {
    if (error instanceof RangeError)
      throw badRequest(`the protobuf body cannot be decoded: ${error.message}`, error);
    throw error;
  }
}

/** Options belong to every group-version. */
function sharedMessage(kind: string): string | undefined {
  const name = `io.k8s.apimachinery.pkg.apis.meta.v1.${kind}`;
  return loadMessages().messages[name] === undefined ? undefined : name;
}

function readUnknown(bytes: Buffer): { apiVersion: string; kind: string; raw: Buffer } {
  const unknown: { apiVersion: string; kind: string; raw: Buffer } = {
    apiVersion: "",
    kind: "",
    raw: Buffer.alloc(0),
  };
  for (const { number, value } of readFields(bytes)) {
    if (!Buffer.isBuffer(value)) continue;
    if (number === 2) unknown.raw = value;
    if (number !== 1) continue;
    for (const field of readFields(value)) {
      if (!Buffer.isBuffer(field.value)) continue;
      if (field.number === 1) unknown.apiVersion = field.value.toString("utf8");
      if (field.number === 2) unknown.kind = field.value.toString("utf8");
    }
  }
  return unknown;
}
