import { createHash, timingSafeEqual } from "node:crypto";

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
  const adminDigest = digest(adminToken);
  return {
    authenticate(bearerToken, certificate) {
      const holder = certificate && holderOf(certificate);
      if (holder !== undefined) return Promise.resolve(holder);
      if (bearerToken === undefined) {
        return Promise.resolve(certificate?.isValid === false ? undefined : ANONYMOUS);
      }
      // Equal-length digests keep the comparison's time independent of the token.
      if (timingSafeEqual(digest(bearerToken), adminDigest)) return Promise.resolve(ADMIN);
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

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
