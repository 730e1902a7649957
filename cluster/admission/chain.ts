import type { Authorizer } from "../auth/access.js";
import type { ApiService } from "../api/service.js";
import type { AdmissionPlugin } from "./admission.js";

export interface AdmissionChainOptions {
  /** May be called only after `createAdmissionChain` returned, and from the first admitted write on. */
  api: ApiService;
  /** For `authorizer` in policies; without it such policies do not compile. */
  authorizer?: Authorizer;
  /** Stops the watches the chain keeps. */
  signal?: AbortSignal;
}

/**
 * The admission plugins in the order a real API server runs them. Run `mutate` of all, then default and validate the object, then
 * `validate` of all. Append `AccessControl.plugins`.
 */
export function createAdmissionChain(options: AdmissionChainOptions): AdmissionPlugin[] {
  options.signal?.throwIfAborted();
  return [];
}
