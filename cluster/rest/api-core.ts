import type { AdmissionPlugin } from "../admission/admission.js";
import type { CheckedKind, ServedKinds } from "../admission/policy/policy-types-check.js";
import type { ApiObject, ResourceRef } from "../api/object.js";
import type { Failures } from "../failures.js";
import type { ObjectLocation } from "../api/service.js";
import { notFound } from "../api/status.js";
import { strategyOf } from "../kinds/strategies.js";
import type { KindStrategy } from "../kinds/strategy.js";
import { convertStored } from "../registry/conversions.js";
import type { ResourceRegistry } from "../registry/resource-registry.js";
import type { ResourceType } from "../registry/resource-type.js";
import { apiVersionOf, splitApiVersion } from "../registry/resource-type.js";
import type { BuiltInSchemas } from "../schema/built-in-schemas.js";
import type { ResolveSchema, Schema } from "../schema/schema.js";
import type { ObjectStore } from "../store/object-store.js";

/** What every operation of the API needs; made once by `createApi`. */
export interface ApiCore {
  store: ObjectStore;
  registry: ResourceRegistry;
  resolve: ResolveSchema;
  /** The schema of a built-in kind, also of those that are no resource, such as Scale. */
  schemaOf: (group: string, version: string, kind: string) => Schema | undefined;
  /** Filled once the chain exists, which itself needs the API. */
  admission: AdmissionPlugin[];
  schemas: BuiltInSchemas;
  /** What goes wrong where no request waits. */
  failures: Failures;
  now: () => Date;
}

export const noStrategy: KindStrategy = { hasGeneration: true };

export function strategyFor(type: ResourceType): KindStrategy {
  return type.custom === undefined ? strategyOf(type.group, type.kind) : noStrategy;
}

/** The stored object in the version of `type`, as it is or was at `revision`; `undefined` where there is none. */
export function findObject(
  core: ApiCore,
  type: ResourceType,
  at: ObjectLocation,
  revision?: number,
): ApiObject | undefined {
  const namespace = type.namespaced ? (at.namespace ?? "") : "";
  const object = core.store.get(type.storageKey, namespace, at.name, revision);
  return object && inVersion(type, object);
}

export function requireObject(
  core: ApiCore,
  type: ResourceType,
  at: ObjectLocation,
  revision?: number,
): ApiObject {
  const object = findObject(core, type, at, revision);
  if (object === undefined) throw notFound(type, at.name);
  return object;
}

/** The object under the apiVersion of `type`; versions of one kind differ in nothing else here. */
export function inVersion(type: ResourceType, object: ApiObject): ApiObject {
  if (type.conversion !== undefined) return convertStored(type.conversion, object);
  const apiVersion = apiVersionOf(type);
  if (object.apiVersion === apiVersion || type.custom === undefined) return object;
  return Object.freeze({ ...object, apiVersion });
}

export function locationOf(object: ApiObject): ObjectLocation {
  const { namespace, name = "" } = object.metadata;
  return namespace === undefined ? { name } : { namespace, name };
}

export function refOf(type: ResourceType, subresource?: string): ResourceRef {
  const { group, version, resource } = type;
  return { group, version, resource, ...(subresource !== undefined && { subresource }) };
}

/** The kinds that are served at any moment, with their schemas. */
export function servedKinds({ registry, resolve }: ApiCore): ServedKinds {
  return {
    resolve,
    ofResource: (group, version, resource) => checkedKind(registry.find(group, version, resource)),
    ofKind: (apiVersion, kind) => {
      const { group, version } = splitApiVersion(apiVersion);
      return checkedKind(registry.findKind(group, version, kind));
    },
  };
}

function checkedKind(type: ResourceType | undefined): CheckedKind | undefined {
  if (type?.schema === undefined) return undefined;
  const { group, version, kind, schema } = type;
  return { group, version, kind, schema };
}
