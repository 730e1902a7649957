import type { ApiObject } from "../api/object.js";
import type { CustomType, PrinterColumn, ResourceType, SubresourceType } from "../registry/resource-type.js";
import type { Schema } from "../schema/schema.js";

export interface DefinitionNames {
  plural: string;
  singular?: string;
  kind: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

export interface DefinitionVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: Schema };
  subresources?: { status?: object; scale?: NonNullable<CustomType["scale"]> };
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: { jsonPath: string }[];
}

/** `apiextensions.k8s.io/v1 CustomResourceDefinition`, as far as it has been validated. */
export interface Definition extends ApiObject {
  spec: {
    group: string;
    scope: "Namespaced" | "Cluster";
    names: DefinitionNames;
    versions: DefinitionVersion[];
    preserveUnknownFields?: boolean;
  };
}

export const definitionsKey = "apiextensions.k8s.io/customresourcedefinitions";
export const definitionsRef = {
  group: "apiextensions.k8s.io",
  version: "v1",
  resource: "customresourcedefinitions",
};

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

/** Where the objects of a definition are stored. */
export function storageKeyOf({ spec }: Definition): string {
  return `${spec.group}/${spec.names.plural}`;
}

/** The resource types a definition makes, one for each version it serves. */
export function typesOf(definition: Definition): ResourceType[] {
  const served = definition.spec.versions.filter((version) => version.served);
  return served.map((version) => typeOf(definition, version));
}

function typeOf(definition: Definition, version: DefinitionVersion): ResourceType {
  const { group, scope, names, versions } = definition.spec;
  const { scale } = version.subresources ?? {};
  return {
    group,
    version: version.name,
    kind: names.kind,
    resource: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    namespaced: scope === "Namespaced",
    verbs: VERBS,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    subresources: subresourcesOf(definition, version),
    schema: version.schema?.openAPIV3Schema,
    storageKey: storageKeyOf(definition),
    custom: {
      columns: version.additionalPrinterColumns ?? [],
      selectableFields: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
      versions: versions.filter(({ served }) => served).map(({ name }) => name),
      ...(scale && { scale }),
      ...(version.deprecated === true && { deprecationWarning: deprecationOf(definition, version) }),
    },
  };
}

function deprecationOf({ spec }: Definition, { name, deprecationWarning }: DefinitionVersion): string {
  return deprecationWarning ?? `${spec.group}/${name} ${spec.names.kind} is deprecated`;
}

function subresourcesOf({ spec }: Definition, { name, subresources }: DefinitionVersion): SubresourceType[] {
  const verbs = ["get", "patch", "update"];
  const own = { group: spec.group, version: name, kind: spec.names.kind };
  const scale = { group: "autoscaling", version: "v1", kind: "Scale" };
  return [
    ...(subresources?.status ? [{ name: "status", kind: own, verbs }] : []),
    ...(subresources?.scale ? [{ name: "scale", kind: scale, verbs }] : []),
  ];
}
