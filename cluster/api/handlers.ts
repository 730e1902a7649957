import type { ApiObject, ResourceRef } from "./object.js";
import type { UserInfo } from "./service.js";

/** One authorised call of a registered handler. */
export interface HandlerRequest {
  user: UserInfo;
  ref: ResourceRef;
  namespace?: string;
  /** The object the subresource belongs to; absent for virtual resources. */
  name?: string;
  /** The decoded and schema-checked body. */
  body: ApiObject;
  dryRun: boolean;
  query: URLSearchParams;
  warn: (text: string) => void;
  signal: AbortSignal;
}

/**
 * Answers `create` (POST) on a subresource that is not a view of the stored object, such as `serviceaccounts/token`.
 * It refuses by throwing `StatusError`; the object named in the request is not looked up beforehand.
 */
export interface SubresourceHandler {
  group: string;
  version: string;
  resource: string;
  subresource: string;
  /** HTTP status of a success; 201 when absent. */
  successCode?: number;
  create(request: HandlerRequest): ApiObject | Promise<ApiObject>;
}

/**
 * A resource without storage, of which only `create` exists, such as `selfsubjectaccessreviews`.
 * The resource itself (kind, scope) is known from the facts; the handler only answers.
 */
export interface VirtualResource {
  group: string;
  version: string;
  resource: string;
  /** HTTP status of a success; 201 when absent. */
  successCode?: number;
  create(request: HandlerRequest): ApiObject | Promise<ApiObject>;
}

/** What `createAccessControl` and others hand to `startCluster`. */
export interface HandlerSet {
  subresources: SubresourceHandler[];
  virtual: VirtualResource[];
}
