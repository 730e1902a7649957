import type { GroupVersionKind, ResourceType } from "../registry/resource-type.js";
import { schemaName } from "./schema-name.js";

const OBJECT_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const QUERY = { type: "string", uniqueItems: true };
/** kubectl leaves validation to the server only where the operation takes this parameter. */
const WRITE_PARAMETERS = ["dryRun", "fieldManager", "fieldValidation"].map(parameter);
const LIST_PARAMETERS = [
  "labelSelector",
  "fieldSelector",
  "limit",
  "continue",
  "resourceVersion",
  "watch",
].map(parameter);

/** The paths of the resources of one group-version, with what kubectl looks for in them. */
export function pathsOf(types: ResourceType[]): Record<string, unknown> {
  const paths: Record<string, unknown> = {};
  for (const type of types) {
    const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
    const base = type.namespaced
      ? `${root}/namespaces/{namespace}/${type.resource}`
      : `${root}/${type.resource}`;
    if (type.namespaced && type.verbs.includes("list")) {
      paths[`${root}/${type.resource}`] = { get: operation(type, "list", LIST_PARAMETERS) };
    }
    paths[base] = collection(type);
    if (type.verbs.includes("get")) paths[`${base}/{name}`] = item(type, type.verbs);
    for (const { name, verbs, kind } of type.subresources) {
      paths[`${base}/{name}/${name}`] = item({ ...type, ...kind, schemaOwner: type }, verbs);
    }
  }
  return paths;
}

type Described = GroupVersionKind & Pick<ResourceType, "custom"> & { schemaOwner?: ResourceType };

function collection(type: ResourceType): Record<string, unknown> {
  const { verbs } = type;
  return {
    ...(verbs.includes("list") && { get: operation(type, "list", LIST_PARAMETERS) }),
    ...(verbs.includes("create") && {
      post: { ...operation(type, "post", WRITE_PARAMETERS), requestBody: body(type) },
    }),
    ...(verbs.includes("deletecollection") && {
      delete: operation(type, "deletecollection", LIST_PARAMETERS),
    }),
  };
}

function item(type: Described, verbs: string[]): Record<string, unknown> {
  return {
    ...(verbs.includes("get") && { get: operation(type, "get", []) }),
    ...(verbs.includes("create") && { post: { ...operation(type, "connect", WRITE_PARAMETERS) } }),
    ...(verbs.includes("update") && {
      put: { ...operation(type, "put", WRITE_PARAMETERS), requestBody: body(type) },
    }),
    ...(verbs.includes("delete") && { delete: operation(type, "delete", [parameter("dryRun")]) }),
    ...(verbs.includes("patch") && {
      patch: {
        ...operation(type, "patch", [...WRITE_PARAMETERS, parameter("force")]),
        requestBody: patchBody(type),
      },
    }),
  };
}

function operation(type: Described, action: string, parameters: unknown[]): Record<string, unknown> {
  const { group, version, kind } = type;
  return {
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group, version, kind },
    parameters,
    responses: { "200": { description: "OK" } },
  };
}

function body(type: Described): unknown {
  const schema = { $ref: `#/components/schemas/${schemaName(type)}` };
  return { content: Object.fromEntries(OBJECT_TYPES.map((media) => [media, { schema }])), required: true };
}

/** kubectl makes strategic merge patches only where they are listed; custom resources do not take them. */
function patchBody(type: Described): unknown {
  const media = [
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    ...(type.custom === undefined ? ["application/strategic-merge-patch+json"] : []),
  ];
  const schema = { type: "object" };
  return { content: Object.fromEntries(media.map((each) => [each, { schema }])), required: true };
}

function parameter(name: string): unknown {
  return { name, in: "query", schema: QUERY };
}
