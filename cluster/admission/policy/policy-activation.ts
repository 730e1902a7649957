import type { ApiObject } from "../../api/object.js";
import type { ApiService } from "../../api/service.js";
import type { Authorizer } from "../../auth/access.js";
import type { AdmissionRequest } from "../admission.js";
import { CelAuthorizer } from "../cel/authorizer-library.js";
import { toCelValue } from "../cel/cel-value.js";
import { celRequest } from "./cel-request.js";
import type { Activation } from "./evaluate-policy.js";
import { withTypedDefaults } from "./typed-fields.js";

/** Parameter objects kept in CEL form; one per managed namespace is in use. */
const MAX_CACHED_PARAMS = 2000;

/** Makes the values expressions see out of a request; what costs time is done once per request. */
export class ActivationFactory {
  readonly #api: ApiService;
  readonly #authorizer: Authorizer | undefined;
  readonly #params = new Map<string, { resourceVersion: string; value: unknown }>();

  constructor(api: ApiService, authorizer: Authorizer | undefined) {
    this.#api = api;
    this.#authorizer = authorizer;
  }

  /** The activation of `request` without `params`. */
  create(request: AdmissionRequest): Activation {
    return {
      object: celObject(request.object),
      oldObject: celObject(request.oldObject),
      request: celRequest(request),
      namespaceObject: this.#namespaceObject(request),
      authorizer:
        this.#authorizer && new CelAuthorizer(this.#authorizer, request.user, requestResource(request)),
      params: null,
    };
  }

  params(object: ApiObject | undefined): unknown {
    if (!object) return null;
    const { uid = "", resourceVersion = "" } = object.metadata;
    const known = this.#params.get(uid);
    if (known?.resourceVersion === resourceVersion) return known.value;
    if (this.#params.size >= MAX_CACHED_PARAMS) this.#params.clear();
    const value = toCelValue(object);
    this.#params.set(uid, { resourceVersion, value });
    return value;
  }

  #namespaceObject(request: AdmissionRequest): unknown {
    const isNamespace = request.kind.group === "" && request.kind.kind === "Namespace";
    if (request.namespace === "" || isNamespace) return null;
    const ref = { group: "", version: "v1", resource: "namespaces" };
    const namespace = this.#api.get(ref, { name: request.namespace });
    const { ownerReferences: _owners, managedFields: _fields, ...metadata } = namespace.metadata;
    return toCelValue({ ...namespace, metadata });
  }
}

function celObject(object: ApiObject | undefined): unknown {
  return object ? toCelValue(withTypedDefaults(object)) : null;
}

function requestResource({ resource, namespace, name }: AdmissionRequest): {
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
} {
  return {
    group: resource.group,
    resource: resource.resource,
    ...(resource.subresource && { subresource: resource.subresource }),
    ...(namespace !== "" && { namespace }),
    ...(name !== "" && { name }),
  };
}
