import type { ApiObject, ResourceRef } from "../api/object.js";
import type { UserInfo } from "../api/service.js";

/** What an admission plugin sees of one write (Kubernetes `AdmissionRequest`). */
export interface AdmissionRequest {
  operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  resource: ResourceRef;
  kind: { group: string; version: string; kind: string };
  /** Empty string for cluster-scoped resources. */
  namespace: string;
  name: string;
  /** The object about to be stored; absent on DELETE. Mutating plugins change it in place. */
  object?: ApiObject;
  /** The stored object; absent on CREATE. */
  oldObject?: ApiObject;
  user: UserInfo;
  dryRun: boolean;
  /** Adds a `Warning` header to the answer. */
  warn: (text: string) => void;
}

/**
 * One step of admission. `mutate` runs before defaulting-dependent validation, `validate` after it on the final object;
 * both refuse by throwing `StatusError`.
 */
export interface AdmissionPlugin {
  readonly name: string;
  mutate?(request: AdmissionRequest): void | Promise<void>;
  validate?(request: AdmissionRequest): void | Promise<void>;
}
