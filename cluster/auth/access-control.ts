import type { KeyObject } from "node:crypto";

import type { AdmissionPlugin } from "../admission/admission.js";
import { textAt } from "../api/field-access.js";
import type { HandlerSet } from "../api/handlers.js";
import type { ApiObject } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import { Failures } from "../failures.js";
import { createAccessReviews } from "./access-reviews.js";
import type { Authenticator, Authorizer } from "./access.js";
import { createAuthenticator } from "./authenticator.js";
import { writeDefaultRoles } from "./bootstrap.js";
import { startClusterRoleAggregation } from "./cluster-role-aggregation.js";
import { impersonate } from "./impersonation.js";
import { createTokenSigner } from "./json-web-token.js";
import { createRbacAuthorizer } from "./rbac-authorizer.js";
import { RbacIndex } from "./rbac-index.js";
import { createRoleGuard } from "./role-guard.js";
import { createServiceAccountTokens } from "./service-account-tokens.js";
import { createSubjectReviews } from "./subject-reviews.js";
import { createTokenRequestHandler } from "./token-request.js";

/** A hundred years: a Secret's token ends with the Secret. */
const SECRET_TOKEN_SECONDS = 3_155_760_000;
const SERVICE_ACCOUNTS = { group: "", version: "v1", resource: "serviceaccounts" };
const DEFAULT_ISSUER = "https://kubernetes.default.svc.cluster.local";

export interface AccessControlOptions {
  api: ApiService;
  /** Private key that signs service account tokens; `loadSigningKey` keeps one in a file. */
  signingKey: KeyObject;
  /** Bearer token of the cluster's administrator, a member of `system:masters`. */
  adminToken: string;
  /** `iss` and default audience of service account tokens. */
  issuer?: string;
  /** Milliseconds since the epoch; for tests. */
  now?: () => number;
  failures?: Failures;
}

/** Who signs service account tokens, and by which public keys (JSON Web Keys). */
export interface TokenIssuer {
  name: string;
  keys: object[];
}

export interface AccessControl {
  authenticator: Authenticator;
  authorizer: Authorizer;
  /** Token requests and the review APIs. */
  handlers: HandlerSet;
  /** Append these to the admission chain: they keep people from granting what they do not hold. */
  plugins: AdmissionPlugin[];
  /** Who the request acts as, by its `Impersonate-*` headers (`IncomingMessage.headersDistinct`); throws a 403 `StatusError` without the right to. */
  impersonate(user: UserInfo, headers: NodeJS.Dict<string[]>): UserInfo;
  /** Writes the default roles and bindings that are missing; call it when the API can store, before the first request. */
  bootstrap(): Promise<void>;
  /** By what others can check service account tokens: who issues them, and the keys that sign them. */
  readonly issuer: TokenIssuer;
  /** The token for a Secret of the account; it is good for as long as both are. */
  issueSecretToken(account: ApiObject, secret: ApiObject): string;
  /** A token of the pod's account that dies with the pod; an empty audience is the API server. */
  issuePodToken(pod: ApiObject, audience: string, expirationSeconds: number): string;
  /** Stops the watches. */
  close(): void;
}

/**
 * Who may do what in the embedded cluster: tokens, RBAC, the review APIs. Refusals of `authorizer` are turned into the API's 403
 * by `accessDenied` of `forbidden.ts`. The API must accept `watch` already; nothing is written before `bootstrap`.
 */
export function createAccessControl(options: AccessControlOptions): AccessControl {
  const { api, signingKey, adminToken, issuer = DEFAULT_ISSUER, now = Date.now } = options;
  const { failures = new Failures() } = options;
  const signer = createTokenSigner(signingKey);
  const tokens = createServiceAccountTokens({ api, signer, issuer, now });
  const index = new RbacIndex(api);
  const authorizer = createRbacAuthorizer(index);
  const authenticator = createAuthenticator(adminToken, tokens);
  const aggregation = startClusterRoleAggregation(api, failures);
  return {
    authenticator,
    authorizer,
    handlers: {
      subresources: [createTokenRequestHandler({ api, tokens, now })],
      virtual: [
        ...createAccessReviews(authorizer),
        ...createSubjectReviews({ index, authenticator, tokens }),
      ],
    },
    plugins: [createRoleGuard(index, authorizer)],
    impersonate: (user, headers) => impersonate(authorizer, user, headers),
    async bootstrap() {
      await writeDefaultRoles(api);
      await aggregation.settle();
    },
    issuer: { name: issuer, keys: [signer.publicKey] },
    issueSecretToken: (account, secret) =>
      tokens.issue({
        account,
        secret,
        audiences: [tokens.issuer],
        expirationSeconds: SECRET_TOKEN_SECONDS,
      }),
    issuePodToken: (pod, audience, expirationSeconds) =>
      tokens.issue({
        account: api.get(SERVICE_ACCOUNTS, {
          namespace: pod.metadata.namespace ?? "",
          name: textAt(pod, "spec.serviceAccountName", "default"),
        }),
        pod,
        audiences: [audience || tokens.issuer],
        expirationSeconds,
      }),
    close() {
      aggregation.close();
      index.close();
    },
  };
}
