import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toTrustMaterial, type TrustMaterial } from "@sigstore/verify";

/**
 * Reads a trust root in Sigstore's JSON (`trusted_root.json`): whose certificates and whose logs are believed, and when. Throws an `Error` with a clause that
 * says what is wrong with it.
 */
export function readTrustedRoot(text: string): TrustMaterial {
  const trust = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(text)));
  const { certificateAuthorities, tlogs, ctlogs } = trust;
  const missing = Object.entries({ certificateAuthorities, tlogs, ctlogs }).filter(
    ([, list]) => list.length === 0,
  );
  if (missing.length > 0)
    throw new Error(
      `it has no ${missing.map(([name]) => name).join(", no ")}, so that nobody could be believed`,
    );
  return trust;
}
