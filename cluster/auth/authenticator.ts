import { timingSafeEqual } from "node:crypto";

import type { UserInfo } from "../api/service.js";
import type { Authenticator, ClientCertificate } from "./access.js";
import { PRIVILEGED_GROUP } from "./rbac-authorizer.js";
import type { ServiceAccountTokens } from "./service-account-tokens.js";

const ADMIN: UserInfo = { name: "kubernetes-admin", groups: [PRIVILEGED_GROUP, "system:authenticated"] };
const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: ["system:unauthenticated"] };

const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

/**
 * Knows the administrator's token, service account tokens and certificates of clients, of which a valid certificate goes first; no
 * credentials at all are `system:anonymous`, wrong ones nobody.
 */
export function createAuthenticator(adminToken: string, tokens: ServiceAccountTokens): Authenticator {
  const adminBytes = Buffer.from(adminToken);
  return {
    authenticate(bearerToken, certificate) {
      const holder = certificate && holderOf(certificate);
      if (holder !== undefined) return Promise.resolve(holder);
      if (bearerToken === undefined) {
        return Promise.resolve(certificate?.isValid === false ? undefined : ANONYMOUS);
      }
      if (isSameSecret(Buffer.from(bearerToken), adminBytes)) return Promise.resolve(ADMIN);
      return Promise.resolve(tokens.authenticate(bearerToken, [tokens.issuer])?.user);
    },
  };
}

/** A certificate without a common name says nothing of who holds it. */
function holderOf({
  isValid,
  commonName,
  organizations,
  fingerprint,
}: ClientCertificate): UserInfo | undefined {
  if (!isValid || commonName === "") return undefined;
  return {
    name: commonName,
    groups: [...organizations, "system:authenticated"],
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
  };
}

/** In a time that tells nothing of the secret but its length, which is the same in every installation. */
function isSameSecret(given: Buffer, secret: Buffer): boolean {
  return given.length === secret.length && timingSafeEqual(given, secret);
}
