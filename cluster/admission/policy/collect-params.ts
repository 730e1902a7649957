import type { ApiObject, ResourceRef } from "../../api/object.js";
import type { ApiService } from "../../api/service.js";
import { labelSelectorMatcher } from "../../selector/label-selector.js";
import type { BindingSpec, ParamKind } from "./policy-types.js";

/** A resource that can hold parameters. */
export interface ParamResource {
  ref: ResourceRef;
  isNamespaced: boolean;
}

/**
 * The parameter objects of one binding for a request in `namespace`; a single `undefined` where the policy takes none. Throws an
 * `Error` with the API server's text where the binding cannot be used.
 */
export function collectParams(
  api: ApiService,
  resource: ParamResource | undefined,
  binding: BindingSpec,
  namespace: string,
): (ApiObject | undefined)[] {
  const paramRef = binding.paramRef;
  if (!resource || !paramRef) return [undefined];
  if (paramRef.namespace && !resource.isNamespaced) {
    throw new Error("paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
  }
  const home = paramRef.namespace || namespace;
  if (resource.isNamespaced && home === "") {
    throw new Error("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
  }
  const scope = resource.isNamespaced ? { namespace: home } : {};
  const params = findParams(api, resource.ref, scope, paramRef);
  if (params.length === 0 && paramRef.parameterNotFoundAction === "Deny") {
    throw new Error("no params found for policy binding with `Deny` parameterNotFoundAction");
  }
  return params;
}

function findParams(
  api: ApiService,
  ref: ResourceRef,
  scope: { namespace?: string },
  paramRef: NonNullable<BindingSpec["paramRef"]>,
): ApiObject[] {
  if (paramRef.name) {
    const found = api.find(ref, { ...scope, name: paramRef.name });
    return found ? [found] : [];
  }
  if (!paramRef.selector) throw new Error("one of name or selector must be provided");
  const isSelected = labelSelectorMatcher(paramRef.selector);
  return api.list(ref, scope).filter(({ metadata }) => isSelected(metadata.labels));
}

/** Kinds of parameters that come with Kubernetes; others are looked up among the custom resources. */
const BUILT_IN: Record<string, ParamResource> = {
  "v1/ConfigMap": { ref: { group: "", version: "v1", resource: "configmaps" }, isNamespaced: true },
  "v1/Secret": { ref: { group: "", version: "v1", resource: "secrets" }, isNamespaced: true },
  "v1/Namespace": { ref: { group: "", version: "v1", resource: "namespaces" }, isNamespaced: false },
  "v1/ServiceAccount": { ref: { group: "", version: "v1", resource: "serviceaccounts" }, isNamespaced: true },
};

const DEFINITIONS: ResourceRef = {
  group: "apiextensions.k8s.io",
  version: "v1",
  resource: "customresourcedefinitions",
};

interface DefinitionSpec {
  group: string;
  scope: string;
  names: { kind: string; plural: string };
  versions: { name: string; served: boolean }[];
}

/** Where objects of `paramKind` live; throws the API server's text where nothing serves that kind. */
export function resolveParamKind(api: ApiService, paramKind: ParamKind): ParamResource {
  const { apiVersion = "", kind = "" } = paramKind;
  const builtIn = BUILT_IN[`${apiVersion}/${kind}`];
  if (builtIn) return builtIn;
  const [version = "", group = ""] = apiVersion.split("/").toReversed();
  for (const definition of api.list(DEFINITIONS)) {
    const spec = definition["spec"] as DefinitionSpec;
    const isServed = spec.versions.some(({ name, served }) => name === version && served);
    if (spec.group !== group || spec.names.kind !== kind || !isServed) continue;
    return {
      ref: { group, version, resource: spec.names.plural },
      isNamespaced: spec.scope === "Namespaced",
    };
  }
  throw new Error(`failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind}'`);
}
