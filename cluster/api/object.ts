/** The part of `metadata` the embedded cluster itself reads or writes (Kubernetes `ObjectMeta`). */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: unknown[];
}

/** Kubernetes `OwnerReference`; the garbage collector trusts only `uid`. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Any Kubernetes object as it stands in JSON. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** Names one resource of the API; `subresource` is `status`, `scale`, `token`, ... where one is meant. */
export interface ResourceRef {
  /** Empty for the core group. */
  group: string;
  version: string;
  /** Lower-case plural, as in URLs. */
  resource: string;
  subresource?: string;
}
