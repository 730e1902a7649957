import { createHash, createPublicKey, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Signs and checks compact JWTs (RFC 7515) with one ECDSA P-256 key. */
export interface TokenSigner {
  sign(claims: object): string;
  /** The claims of a token this key signed, or `undefined`; expiry is the caller's to check. */
  verify(token: string): unknown;
  /** The public key, as a JSON Web Key (RFC 7517). */
  readonly publicKey: object;
}

/** A service account token is about 1 kB; a longer bearer token is not ours. */
const MAX_TOKEN_CHARACTERS = 16_384;

export function createTokenSigner(privateKey: KeyObject): TokenSigner {
  const publicKey = createPublicKey(privateKey);
  const keyId = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url");
  const header = encode({ alg: "ES256", kid: keyId });
  return {
    sign(claims) {
      const signed = `${header}.${encode(claims)}`;
      const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
      return `${signed}.${signature.toString("base64url")}`;
    },
    verify: (token) => verifyToken(publicKey, header, token),
    publicKey: { use: "sig", kid: keyId, alg: "ES256", ...publicKey.export({ format: "jwk" }) },
  };
}

function verifyToken(publicKey: KeyObject, header: string, token: string): unknown {
  if (token.length > MAX_TOKEN_CHARACTERS) return undefined;
  const [head, payload, signature, ...rest] = token.split(".");
  // Our own header verbatim: neither the algorithm nor the key is ever the bearer's choice.
  if (head !== header || payload === undefined || signature === undefined || rest.length > 0)
    return undefined;
  const key = { key: publicKey, dsaEncoding: "ieee-p1363" as const };
  const isOurs = verify(
    "sha256",
    Buffer.from(`${head}.${payload}`),
    key,
    Buffer.from(signature, "base64url"),
  );
  return isOurs ? (JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as unknown) : undefined;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
