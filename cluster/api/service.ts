import type { ApiObject, ResourceRef } from "./object.js";

/** Who asks (Kubernetes `UserInfo`). */
export interface UserInfo {
  name: string;
  uid?: string;
  groups: string[];
  extra?: Record<string, string[]>;
}

/** Where an object lives; `namespace` is absent for cluster-scoped resources. */
export interface ObjectLocation {
  namespace?: string;
  name: string;
}

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

export interface WriteOptions {
  /** The authenticated requester; controllers pass their own `system:` user. */
  user: UserInfo;
  dryRun?: boolean;
  fieldManager?: string;
  /** Receives texts for the `Warning` response header. */
  warn?: (text: string) => void;
}

export interface DeleteOptions extends WriteOptions {
  propagationPolicy?: "Background" | "Foreground" | "Orphan";
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  /** One of a whole collection: admission is then told no name, as by a real API server. */
  isOfCollection?: boolean;
}

export type PatchType = "json" | "merge" | "strategic" | "apply";

/** The objects of one resource by keys derived from them. */
export interface Lookup {
  get(key: string): ApiObject[];
  /** As many as `get` would return. */
  count(key: string): number;
}

export interface WatchEvent {
  type: "ADDED" | "MODIFIED" | "DELETED";
  object: ApiObject;
  /** The object before the change; absent for ADDED. */
  previous?: ApiObject;
}

/**
 * The API as code inside the cluster process sees it: the same validation, defaulting, admission and storage as over HTTPS,
 * without authorization. Every method throws `StatusError` with the Status a real API server would answer.
 * Objects handed out are frozen or private copies: change a copy, then `update`.
 */
export interface ApiService {
  get(ref: ResourceRef, at: ObjectLocation): ApiObject;
  /** Like `get`, but `undefined` where there is none. */
  find(ref: ResourceRef, at: ObjectLocation): ApiObject | undefined;
  list(ref: ResourceRef, options?: ListOptions): ApiObject[];
  create(
    ref: ResourceRef,
    namespace: string | undefined,
    object: ApiObject,
    options: WriteOptions,
  ): Promise<ApiObject>;
  update(ref: ResourceRef, object: ApiObject, options: WriteOptions): Promise<ApiObject>;
  patch(
    ref: ResourceRef,
    at: ObjectLocation,
    patch: { type: PatchType; body: unknown },
    options: WriteOptions,
  ): Promise<ApiObject>;
  delete(ref: ResourceRef, at: ObjectLocation, options: DeleteOptions): Promise<ApiObject>;
  /** An index of a resource's stored objects, as new as the store at any moment; the same function always gives the same one. */
  index(ref: ResourceRef, keysOf: (object: ApiObject) => string[]): Lookup;
  /** Calls `listener` with ADDED for what exists, then with each change, in order; returns the way to stop. */
  watch(ref: ResourceRef, listener: (event: WatchEvent) => void): () => void;
}
