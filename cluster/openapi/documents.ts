import { createHash } from "node:crypto";
import type { ResourceType } from "../registry/resource-type.js";
import { apiVersionOf } from "../registry/resource-type.js";
import type { ApiCore } from "../rest/api-core.js";
import { versionInfo } from "../version.js";
import { readDescriptions } from "./descriptions.js";
import { pathsOf } from "./paths.js";
import { schemasOf } from "./schemas.js";
import { openApiVersion2 } from "./version-2.js";
import { encodeOpenApiVersion2 } from "./version-2-protobuf.js";

/** Raise this when documents change for a reason their hash does not see, since clients keep them for ever. */
const FORMAT = 4;

export interface OpenApiDocument {
  hash: string;
  text: string;
}

/** OpenAPI v2 in protobuf. */
export interface OpenApiBytes {
  hash: string;
  bytes: Buffer;
}

const cache = new WeakMap<ApiCore, Map<string, OpenApiDocument>>();
const version2Bytes = new WeakMap<ApiCore, OpenApiBytes>();

/** `GET /openapi/v3`: where the document of each group-version is, under a hash that changes with it. */
export function openApiIndex(core: ApiCore): unknown {
  const entries = localVersions(core).map(({ name, version }) => {
    const types = core.registry.typesOf(name, version);
    const path = documentPath(name, version);
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(path, types)}` }];
  });
  return { paths: Object.fromEntries(entries) as Record<string, unknown> };
}

function localVersions({ registry }: ApiCore): { name: string; version: string }[] {
  return registry
    .groups()
    .flatMap(({ name, versions }) => versions.map((version) => ({ name, version })))
    .filter(({ name, version }) => !registry.isRemote(name, version));
}

/** The document of one group-version (`apis/apps/v1`); `undefined` where none is served. */
export async function openApiDocument(core: ApiCore, path: string): Promise<OpenApiDocument | undefined> {
  const group = localVersions(core).find(({ name, version }) => documentPath(name, version) === path);
  if (group === undefined) return undefined;
  const types = core.registry.typesOf(group.name, group.version);
  const hash = hashOf(path, types);
  return kept(core, path, hash, () => buildText(core, group, types));
}

/** The document of OpenAPI v2. */
export function openApiDocument2(core: ApiCore): Promise<OpenApiDocument> {
  const hash = hashOf("v2", core.registry.types());
  return kept(core, "v2", hash, async () => JSON.stringify(await openApiVersion2(core)));
}

/** The document of OpenAPI v2 in protobuf. */
export async function openApiBytes2(core: ApiCore): Promise<OpenApiBytes> {
  const hash = hashOf("v2 in protobuf", core.registry.types());
  const cached = version2Bytes.get(core);
  if (cached?.hash === hash) return cached;
  const document = { hash, bytes: encodeOpenApiVersion2(await openApiVersion2(core)) };
  version2Bytes.set(core, document);
  return document;
}

async function kept(
  core: ApiCore,
  path: string,
  hash: string,
  build: () => Promise<string>,
): Promise<OpenApiDocument> {
  const documents = cache.get(core) ?? new Map<string, OpenApiDocument>();
  cache.set(core, documents);
  const cached = documents.get(path);
  if (cached?.hash === hash) return cached;
  const document = { hash, text: await build() };
  documents.set(path, document);
  return document;
}

function documentPath(group: string, version: string): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

function hashOf(path: string, types: ResourceType[]): string {
  const custom = types.filter((type) => type.custom !== undefined);
  const content = [FORMAT, versionInfo.gitVersion, path, custom];
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").toUpperCase();
}

async function buildText(
  core: ApiCore,
  group: { name: string; version: string },
  types: ResourceType[],
): Promise<string> {
  const apiVersion = apiVersionOf({ group: group.name, version: group.version });
  return JSON.stringify({
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: versionInfo.gitVersion },
    paths: pathsOf(types),
    components: { schemas: schemasOf(core, await readDescriptions(), { apiVersion, types }) },
  });
}
