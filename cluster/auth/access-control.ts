import type { KeyObject } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

import type { AdmissionPlugin } from "../admission/admission.js";
import type { HandlerSet } from "../api/handlers.js";
import type { ApiService, UserInfo } from "../api/service.js";
import type { Authenticator, Authorizer } from "./access.js";

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
}

export interface AccessControl {
  authenticator: Authenticator;
  authorizer: Authorizer;
  /** Token requests and the review APIs. */
  handlers: HandlerSet;
  /** Append these to the admission chain: they keep people from granting what they do not hold. */
  plugins: AdmissionPlugin[];
  /** Who the request acts as, by its `Impersonate-*` headers; throws a 403 `StatusError` without the right to. */
  impersonate(user: UserInfo, headers: IncomingHttpHeaders): UserInfo;
  /** Writes the default roles and bindings that are missing; call it when the API can store, before the first request. */
  bootstrap(): Promise<void>;
  /** Stops the watches. */
  close(): void;
}
