import type { TrustMaterial } from "@sigstore/verify";
import { z } from "zod";

import { type Authority, identitiesOf } from "../../common/authority.js";
import type { RegistryClient } from "../registry/registry-client.js";
import { parseJson } from "../registry/registry-token.js";
import { readableKey, verifyByKeys, type Verdict } from "./cosign-signature.js";
import { SIGNATURE_PREDICATE } from "./signature-predicate.js";
import type { TrustedSigners } from "./sigstore-bundle.js";

/** Bundles are some kilobytes, more where a log proves much. */
const MAX_BUNDLE_BYTES = 256 * 1024;

/** Bundles of one image that are looked at: each costs two requests. */
const MAX_BUNDLES = 20;

/** Of the list of what refers to an image: what is longer would be read while everybody waits. */
const MAX_INDEX_BYTES = 1024 * 1024;

/** Of what refers to an image, the newest, which stand last. */
const MAX_REFERRERS = 1000;

const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

const PREDICATE_ANNOTATION = "dev.sigstore.bundle.predicateType";

const digest = z.string().regex(/^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/);

/** Of all that refers to an image, nothing but what is needed is looked at. */
const referrer = z.object({
  artifactType: z.literal(BUNDLE),
  digest,
  annotations: z.object({ [PREDICATE_ANNOTATION]: z.literal(SIGNATURE_PREDICATE).optional() }).nullish(),
});

const bundleManifest = z.object({
  layers: z.tuple([z.object({ mediaType: z.literal(BUNDLE), digest, size: z.number() })]),
});

/** What signatures are held against. */
export interface Against {
  authorities: readonly Authority[];
  trust: TrustMaterial | undefined;
}

/**
 * Looks for a signature of the image by somebody who is trusted: where `cosign sign --key` of old puts it, then among the bundles that refer to the image.
 * Throws what the client throws.
 */
export async function verifySignatures(
  client: RegistryClient,
  image: string,
  { authorities, trust }: Against,
): Promise<Verdict> {
  const keys = authorities.flatMap(({ key }) => (key === undefined ? [] : (readableKey(key) ?? [])));
  const identities = identitiesOf(authorities);
  const old = keys.length === 0 ? undefined : await verifyByKeys(client, image, keys);
  if (old?.verified) return old;
  const byBundles = await verifyByBundles(client, image, { keys, identities, trust });
  return (
    byBundles ?? old ?? { verified: false, reason: "it is not signed: the registry has no signature of it" }
  );
}

/** `undefined` where no bundle is a signature of the image. */
async function verifyByBundles(
  client: RegistryClient,
  image: string,
  signers: TrustedSigners,
): Promise<Verdict | undefined> {
  const manifests = await bundleManifests(client, image);
  if (manifests.length === 0) return undefined;
  // Most images have no bundle, and reading one takes libraries.
  const { judgeBundle } = await import("./sigstore-bundle.js");
  const reasons: string[] = [];
  for (const manifest of manifests) {
    const bundle = await bundleIn(client, manifest);
    const verdict =
      typeof bundle === "string"
        ? { verified: false, reason: bundle }
        : bundle && judgeBundle(bundle, image, signers);
    if (verdict?.verified) return verdict;
    if (verdict) reasons.push(verdict.reason);
  }
  if (reasons.length === 0) return undefined;
  const whom = signers.identities.length === 0 ? "key" : "signer";
  return { verified: false, reason: `none of its signatures is by a trusted ${whom}: ${reasons[0]}` };
}

/** The digests of what refers to an image as its bundles; a registry that keeps no referrers has them under a tag. */
async function bundleManifests(client: RegistryClient, image: string): Promise<string[]> {
  const index =
    (await client.referrers(image, BUNDLE)) ?? (await client.manifest(image.replace(":", "-")))?.body;
  const { manifests } =
    index && index.length <= MAX_INDEX_BYTES ? ((parseJson(index) ?? {}) as { manifests?: unknown }) : {};
  const last = Array.isArray(manifests) ? (manifests as unknown[]).slice(-MAX_REFERRERS) : [];
  return last.flatMap((each) => referrer.safeParse(each).data?.digest ?? []).slice(-MAX_BUNDLES);
}

/** Or a clause that says why it is not read, so that one that nobody could read hides no other. */
async function bundleIn(client: RegistryClient, reference: string): Promise<Buffer | string | undefined> {
  const manifest = await client.manifest(reference);
  const isRead = manifest !== undefined && manifest.body.length <= MAX_BUNDLE_BYTES;
  const [layer] = (isRead && bundleManifest.safeParse(parseJson(manifest.body)).data?.layers) || [];
  if (layer && layer.size > MAX_BUNDLE_BYTES)
    return `one is longer than ${MAX_BUNDLE_BYTES} bytes, and not read`;
  return layer && client.blob(layer.digest, MAX_BUNDLE_BYTES);
}
