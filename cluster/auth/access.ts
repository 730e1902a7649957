import type { UserInfo } from "../api/service.js";

/** A certificate whose key the client has shown to hold. */
export interface ClientCertificate {
  /** Whether the cluster's authority for clients signed it and its time has come and not passed. */
  isValid: boolean;
  commonName: string;
  organizations: string[];
  /** SHA-256 of its DER, in lower-case hexadecimal digits. */
  fingerprint: string;
}

/** Turns the credentials of a request into a user; `undefined` means 401. */
export interface Authenticator {
  authenticate(
    bearerToken: string | undefined,
    certificate?: ClientCertificate,
  ): Promise<UserInfo | undefined>;
}

/** The attributes an authorizer decides on (Kubernetes `SubjectAccessReviewSpec`). */
export interface AccessAttributes {
  user: UserInfo;
  verb: string;
  /** Set for resource requests. */
  resource?: { group: string; resource: string; subresource?: string; namespace?: string; name?: string };
  /** Set for everything else, such as `/healthz`. */
  path?: string;
}

/** Decides whether a request may proceed; `reason` says which rule allowed it, or is empty. */
export interface Authorizer {
  authorize(attributes: AccessAttributes): { allowed: boolean; reason: string };
}
