import type { KeyObject } from "node:crypto";

import { bundleFromJSON, type Bundle } from "@sigstore/bundle";
import { toSignedEntity, type TrustMaterial, Verifier } from "@sigstore/verify";
import { z } from "zod";

import { type Identity, isIdentity } from "../../common/authority.js";
import { parseJson } from "../registry/registry-token.js";
import { SIGNATURE_PREDICATE } from "./signature-predicate.js";

/** Entries of logs and timestamps of one bundle: each is held against each other, and no signer needs more than one or two. */
const MAX_PROOFS = 8;

/** Images that one signature may be of; cosign names one. */
const MAX_SUBJECTS = 1000;

const STATEMENT_PAYLOAD = "application/vnd.in-toto+json";

/** Hosts and paths: nothing by which a regular expression could repeat anything. */
const LOG_NAME = /^[A-Za-z0-9._:/-]{1,255}$/;

/** What is signed (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md). */
const statement = z.object({
  predicateType: z.string(),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })).max(MAX_SUBJECTS),
});

/** Who may have signed. */
export interface TrustedSigners {
  keys: readonly KeyObject[];
  identities: readonly Identity[];
  /** The authorities and logs that the operator trusts to say who somebody was; without them nobody is believed. */
  trust: TrustMaterial | undefined;
}

/** What a bundle is worth: a clause that says who signed, or why nobody is believed to have; absent where it is no signature of the image. */
export type BundleVerdict = { verified: boolean; reason: string } | undefined;

/** Judges one bundle offline, by what it holds itself. Throws for nothing that a bundle can hold. */
export function judgeBundle(bytes: Buffer, digest: string, signers: TrustedSigners): BundleVerdict {
  try {
    const bundle = bundleFromJSON(parseJson(bytes));
    return isSignatureOf(bundle, digest) ? judgeSignature(bundle, signers) : undefined;
  } catch (error) {
    return { verified: false, reason: `one cannot be believed (${(error as Error).message})` };
  }
}

function judgeSignature(bundle: Bundle, { keys, identities, trust }: TrustedSigners): BundleVerdict {
  const entity = toSignedEntity(bundle);
  if (keys.some((key) => entity.signature.verifySignature(key)))
    return { verified: true, reason: "signed by a trusted key" };
  if (identities.length === 0 || entity.key.$case === "public-key")
    return { verified: false, reason: "one is by another key" };
  if (!trust)
    return {
      verified: false,
      reason: "the operator gave no trust root that identities could be held against (trustedRoot)",
    };
  requirePlainLogNames(bundle);
  const { identity } = new Verifier(trust).verify(entity);
  const signer = {
    subject: identity?.subjectAlternativeName ?? "",
    issuer: identity?.extensions?.issuer ?? "",
  };
  const verified = identities.some((each) => isIdentity(each, signer));
  const words = `${plain(signer.subject)} (${plain(signer.issuer)})`;
  return { verified, reason: verified ? `signed by ${words}` : `one is by ${words}` };
}

/** A statement about other images, or of another kind, says nothing of this one's signers. */
function isSignatureOf(bundle: Bundle, digest: string): boolean {
  const { tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
  const proofs = tlogEntries.length + (timestampVerificationData?.rfc3161Timestamps.length ?? 0);
  if (bundle.content.$case !== "dsseEnvelope" || proofs > MAX_PROOFS) return false;
  const { payloadType, payload, signatures } = bundle.content.dsseEnvelope;
  if (payloadType !== STATEMENT_PAYLOAD || signatures.length !== 1) return false;
  const { data } = statement.safeParse(parseJson(payload));
  const [algorithm = "", value] = digest.split(":");
  return (
    data?.predicateType === SIGNATURE_PREDICATE &&
    data.subject.some((each) => Object.hasOwn(each.digest, algorithm) && each.digest[algorithm] === value)
  );
}

/** The library takes the names that checkpoints are signed under as regular expressions, and whoever signs writes them. */
function requirePlainLogNames({ verificationMaterial: { tlogEntries } }: Bundle): void {
  for (const { inclusionProof } of tlogEntries)
    for (const [, name = ""] of (inclusionProof?.checkpoint?.envelope ?? "").matchAll(/\u2014 (\S+) /g))
      if (!LOG_NAME.test(name)) throw new Error("a log of it has a name that logs do not have");
}

/** As it may stand in a sentence. */
function plain(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, "?").slice(0, 200);
}
