import { definitionOf, objectOf, RESOURCES } from "./objects.js";
import type { ServedResource } from "./objects.js";
import type { Random } from "./random.js";
import { anyValue, NAMES, SELECTORS } from "./values.js";

export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
}

const METHODS = ["GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] as const;
const BODY_TYPES = [
  "application/json",
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/cbor",
  "text/plain",
  "",
] as const;
const PATCH_TYPES = [
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/json-patch+json",
  "application/apply-patch+yaml",
] as const;
const ACCEPTS = [
  "application/json",
  "application/json;as=Table;v=v1;g=meta.k8s.io",
  "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
  "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
  "application/vnd.kubernetes.protobuf",
  "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
  ";;q=,,",
  "*/*;q=abc",
] as const;
const PARAMETERS = [
  "timeoutSeconds",
  "limit",
  "continue",
  "resourceVersion",
  "resourceVersionMatch",
  "labelSelector",
  "fieldSelector",
  "watch",
  "sendInitialEvents",
  "allowWatchBookmarks",
  "dryRun",
  "fieldManager",
  "fieldValidation",
  "force",
  "gracePeriodSeconds",
  "propagationPolicy",
  "pretty",
  "includeObject",
  "container",
  "__proto__",
] as const;
const VALUES = [
  "abc",
  "",
  "-1",
  "0",
  "1",
  "2",
  "99999999999999999999",
  "true",
  "All",
  "1e9",
  "%00",
  "Exact",
  "web",
] as const;
const DOCUMENTS = [
  "/",
  "/api",
  "/apis",
  "/api/v1",
  "/apis/apps",
  "/apis/apps/v1",
  "/openapi/v2",
  "/openapi/v3",
  "/openapi/v3/api/v1",
  "/openapi/v3/apis/__proto__/v1",
  "/version",
  "/metrics",
  "/healthz/x",
  "/openid/v1/jwks",
  "/apis/fuzz.example/v1",
] as const;
const PLURALS = ["things", "shirts"] as const;

/** Any request, from one that is right to one that is not even HTTP's. */
export function fuzzRequest(random: Random): FuzzRequest {
  const sort = random.below(10);
  if (sort === 0) return strange(random);
  if (sort === 1) return definition(random);
  const resource = resourceOf(random);
  if (sort < 5) return create(random, resource);
  if (sort < 7) return patch(random, resource);
  return other(random, resource);
}

function resourceOf(random: Random): ServedResource {
  if (!random.chance(0.1)) return random.pick(RESOURCES);
  const resource = random.pick(PLURALS);
  return { group: "fuzz.example", version: "v1", resource, kind: "Thing", namespaced: true, verbs: [] };
}

function strange(random: Random): FuzzRequest {
  const path = random.chance(0.5)
    ? random.pick(DOCUMENTS)
    : `/${Array.from({ length: random.below(8) }, () => encodeURI(random.pick(NAMES))).join("/")}`;
  const upgrade = random.chance(0.2) ? { connection: "Upgrade", upgrade: "websocket" } : undefined;
  return {
    method: random.pick(METHODS),
    path: path + queryOf(random),
    headers: { accept: random.pick(ACCEPTS), ...upgrade },
  };
}

function definition(random: Random): FuzzRequest {
  const plural = random.pick(PLURALS);
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  if (random.chance(0.3)) return { method: "DELETE", path: `${path}/${plural}.fuzz.example`, headers: {} };
  return { method: "POST", path, ...json(definitionOf(random, plural)) };
}

function create(random: Random, resource: ServedResource): FuzzRequest {
  const name = random.pick(["web", "a", "b", "c"]);
  const object = objectOf(random, resource, name);
  const isUpdate = random.chance(0.25);
  const path = isUpdate ? `${collection(resource)}/${name}` : collection(resource);
  return {
    method: isUpdate ? "PUT" : "POST",
    path: path + (random.chance(0.2) ? queryOf(random) : ""),
    ...bodyOf(random, object),
  };
}

function patch(random: Random, resource: ServedResource): FuzzRequest {
  const type = random.pick(PATCH_TYPES);
  const name = random.pick(["web", "a", "b", "c"]);
  const query = type.includes("apply") ? "?fieldManager=fuzz&force=true" : "";
  const subresources = resource.subresources?.map((each) => `/${each.name}`) ?? [];
  const body = type === "application/json-patch+json" ? operations(random) : objectOf(random, resource, name);
  return {
    method: "PATCH",
    path: `${collection(resource)}/${name}${random.chance(0.3) ? random.pick(["", ...subresources]) : ""}${query}`,
    headers: { "content-type": type },
    body: broken(random, JSON.stringify(body)),
  };
}

function operations(random: Random): unknown {
  const paths = [
    "/metadata/labels/a",
    "/spec/replicas",
    "/spec/-",
    "/a/b",
    "",
    "/",
    "/__proto__/x",
    "/~2",
    "/spec",
  ] as const;
  const ops = ["add", "remove", "replace", "copy", "move", "test", "x"] as const;
  return Array.from({ length: random.below(5) }, () => ({
    op: random.pick(ops),
    path: random.pick(paths),
    from: random.pick(paths),
    value: anyValue(random),
  }));
}

function other(random: Random, resource: ServedResource): FuzzRequest {
  const subresources = resource.subresources?.map((each) => `/${each.name}`) ?? [];
  const target = random.chance(0.5)
    ? ""
    : `/${encodeURIComponent(random.pick(["web", "a", ...NAMES]))}${random.pick(["", ...subresources])}`;
  const method = random.pick(["GET", "GET", "GET", "DELETE", "POST", "PUT"]);
  const body = method === "GET" ? { headers: {} } : bodyOf(random, anyValue(random));
  return {
    method,
    path: collection(resource) + target + queryOf(random),
    ...body,
    headers: { accept: random.pick(ACCEPTS), ...body.headers },
  };
}

function collection({ group, version, resource, namespaced }: ServedResource): string {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced ? `${root}/namespaces/fuzz/${resource}` : `${root}/${resource}`;
}

function queryOf(random: Random): string {
  const pairs = Array.from({ length: random.below(4) }, () => {
    const name = random.pick(PARAMETERS);
    const value = name.endsWith("Selector") ? random.pick(SELECTORS) : random.pick(VALUES);
    return `${name}=${random.chance(0.1) ? value.replaceAll(/[^!-~]/g, "") : encodeURIComponent(value)}`;
  });
  // A watch is to end soon.
  const watches = pairs.some((pair) => pair.startsWith("watch="));
  const all = watches ? [...pairs, "timeoutSeconds=1"] : pairs;
  return all.length === 0 ? "" : `?${all.join("&")}`;
}

function bodyOf(random: Random, value: unknown): Pick<FuzzRequest, "headers" | "body"> {
  const type = random.chance(0.8) ? "application/json" : random.pick(BODY_TYPES);
  const headers = { "content-type": type };
  if (!type.endsWith("protobuf")) return { headers, body: broken(random, JSON.stringify(value)) };
  const tail = random.bytes(random.below(200));
  return { headers, body: Buffer.concat([Buffer.from("k8s\0\n\x09\n\x02v1\x12\x03Pod\x12"), tail]) };
}

function json(value: unknown): Pick<FuzzRequest, "headers" | "body"> {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}

/** Now and then a text that ends too soon or has strange bytes. */
function broken(random: Random, text = "null"): string | Buffer {
  if (random.chance(0.95)) return text.replaceAll('"web":null', '"__proto__":{"polluted":true}');
  const cut = Buffer.from(text).subarray(0, random.below(text.length + 1));
  return Buffer.concat([cut, random.bytes(random.below(20))]);
}
