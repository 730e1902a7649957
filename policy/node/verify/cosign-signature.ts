import { createPublicKey, type KeyObject, verify } from "node:crypto";

import { z } from "zod";

import type { RegistryClient } from "../registry/registry-client.js";
import { parseJson } from "../registry/registry-token.js";

/** A payload is a few hundred bytes. */
const MAX_PAYLOAD_BYTES = 64 * 1024;

/** Signatures of one image that are looked at, the newest, which cosign puts last; an image that is signed in every build has them all in one manifest. */
const MAX_SIGNATURES = 50;

/** Of the manifest that holds them, with room for the certificates beside them: what is longer would be read while everybody waits. */
const MAX_SIGNATURES_BYTES = 1024 * 1024;

/** Of any of them; cosign's own are below 2,000. */
const MAX_SIGNATURE_CHARACTERS = 8192;

const SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";

/** Of all that stands there, nothing but what is needed is looked at. */
const signatureLayer = z.object({
  digest: z.string().regex(/^sha256:[a-f0-9]{64}$/),
  annotations: z.object({ [SIGNATURE_ANNOTATION]: z.string().min(1).max(MAX_SIGNATURE_CHARACTERS) }),
});

/** What is signed (https://github.com/containers/image/blob/main/docs/containers-signature.5.md). */
const simpleSigning = z.object({
  critical: z.object({
    type: z.string(),
    image: z.object({ "docker-manifest-digest": z.string() }),
  }),
});

/** What became of the signatures of one image. */
export interface Verdict {
  verified: boolean;
  /** A clause: who signed it, or why that is not known. */
  reason: string;
}

/** Why a text is no key that signatures can be held against; `undefined` where it is one. */
export function keyProblem(key: string): string | undefined {
  try {
    const { asymmetricKeyType = "" } = createPublicKey(key);
    return ["ec", "rsa", "ed25519"].includes(asymmetricKeyType)
      ? undefined
      : `is a key of the kind ${asymmetricKeyType}; expected EC, RSA or Ed25519, as cosign makes and reads them`;
  } catch {
    return "is no public key that can be read; expected the text of cosign.pub";
  }
}

/**
 * Looks for a signature of the image by one of the keys, where `cosign sign --key` of old puts it: in the same repository under the tag `sha256-DIGEST.sig`.
 * `undefined` where there is none by anybody. Throws what the client throws.
 */
export async function verifyByKeys(
  client: RegistryClient,
  digest: string,
  keys: readonly KeyObject[],
): Promise<Verdict | undefined> {
  const manifest = await client.manifest(`${digest.replace(":", "-")}.sig`);
  if (!manifest) return undefined;
  const layers = layersOf(manifest.body);
  if (!layers) return { verified: false, reason: "what stands where its signature should be is none" };
  for (const layer of layers.slice(-MAX_SIGNATURES)) {
    const { data } = signatureLayer.safeParse(layer);
    if (!data) continue;
    const payload = await client.blob(data.digest, MAX_PAYLOAD_BYTES);
    const isOurs = payload && isPayloadOf(payload, digest);
    if (isOurs && keys.some((key) => isSigned(payload, key, data.annotations[SIGNATURE_ANNOTATION])))
      return { verified: true, reason: "signed by a trusted key" };
  }
  return { verified: false, reason: "none of its signatures is by a trusted key" };
}

/** `undefined` where it is no manifest of signatures. */
function layersOf(body: Buffer): unknown[] | undefined {
  const { layers } =
    body.length > MAX_SIGNATURES_BYTES ? {} : ((parseJson(body) ?? {}) as { layers?: unknown });
  return Array.isArray(layers) ? layers : undefined;
}

/** A policy that was written past Lectern may have any text; nothing is signed by that. */
export function readableKey(key: string): KeyObject | undefined {
  try {
    return createPublicKey(key);
  } catch {
    return undefined;
  }
}

/** A signature of another image says nothing of this one. */
function isPayloadOf(payload: Buffer, digest: string): boolean {
  const { data } = simpleSigning.safeParse(parseJson(payload));
  return (
    data?.critical.type === "cosign container image signature" &&
    data.critical.image["docker-manifest-digest"] === digest
  );
}

function isSigned(payload: Buffer, key: KeyObject, signature: string): boolean {
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  try {
    return verify(algorithm, payload, key, Buffer.from(signature, "base64"));
  } catch {
    // What has not even the form of a signature is none.
    return false;
  }
}
