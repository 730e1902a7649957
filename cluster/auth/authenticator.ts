import { createHash, timingSafeEqual } from "node:crypto";

import type { UserInfo } from "../api/service.js";
import type { Authenticator } from "./access.js";
import { PRIVILEGED_GROUP } from "./rbac-authorizer.js";
import type { ServiceAccountTokens } from "./service-account-tokens.js";

const ADMIN: UserInfo = { name: "kubernetes-admin", groups: [PRIVILEGED_GROUP, "system:authenticated"] };
const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: ["system:unauthenticated"] };

/** Knows the administrator's token and service account tokens; no token at all is `system:anonymous`, a wrong one is nobody. */
export function createAuthenticator(adminToken: string, tokens: ServiceAccountTokens): Authenticator {
  const adminDigest = digest(adminToken);
  return {
    authenticate(bearerToken) {
      if (bearerToken === undefined) return Promise.resolve(ANONYMOUS);
      // Equal-length digests keep the comparison's time independent of the token.
      if (timingSafeEqual(digest(bearerToken), adminDigest)) return Promise.resolve(ADMIN);
      return Promise.resolve(tokens.authenticate(bearerToken, [tokens.issuer])?.user);
    },
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
