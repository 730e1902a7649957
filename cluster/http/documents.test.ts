import { createPublicKey, verify } from "node:crypto";
import type { JsonWebKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { open, send } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";

let cluster: Cluster;
let dataDir: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "lectern-documents-"));
  cluster = await startCluster({ dataDir });
});
afterAll(async () => {
  await cluster.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it("the root lists paths, and each leads somewhere", async () => {
  const { body } = await send(cluster, { path: "/" });
  const { paths } = body as unknown as { paths: string[] };
  expect(paths).toEqual(expect.arrayContaining(["/api/v1", "/apis/apps/v1", "/metrics", "/version"]));
  for (const path of paths) {
    const response = await open(cluster, { path });
    response.resume();
    expect([path, response.statusCode]).toEqual([path, 200]);
  }
});

it("health is told by the checks of a real server, each of which can be asked for", async () => {
  expect(await readText("/livez")).toBe("200 ok");
  expect(await readText("/livez?verbose")).toMatch(
    /^200 \[\+\]ping ok\n\[\+\]log ok\n\[\+\]etcd ok\n(?:\[\+\]poststarthook\/\S+ ok\n){20,}\[\+\]autoregister-completion ok\nlivez check passed\n$/,
  );
  const some = await readText("/readyz?verbose&exclude=etcd&exclude=nope&exclude=informer");
  expect(some).toContain("[+]etcd excluded: ok\n[+]etcd-readiness ok\n");
  expect(some).toMatch(
    /\[\+\]shutdown ok\nwarn: some health checks cannot be excluded: no matches for "informer", "nope"\nreadyz check passed\n$/,
  );
  expect(await readText("/livez/poststarthook/rbac/bootstrap-roles?verbose")).toBe("200 ok");
  for (const path of ["/livez/poststarthook", "/livez/shutdown", "/livez/", "/livez/ping/"])
    expect(await readText(path)).toBe("404 404 page not found\n");
});

it("metrics are in the format of Prometheus and count what is stored", async () => {
  const response = await open(cluster, { path: "/metrics" });
  expect(response.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
  let text = "";
  for await (const chunk of response) text += String(chunk);
  expect(text).toMatch(/^apiserver_storage_objects\{resource="namespaces"\} 4$/m);
  expect(text).toMatch(/^apiserver_storage_objects\{resource="deployments\.apps"\} 0$/m);
});

it("the published keys are those that sign the tokens of service accounts", async () => {
  const path = "/api/v1/namespaces/default/serviceaccounts/default/token";
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} };
  await expect
    .poll(async () => (await send(cluster, { method: "POST", path, body: JSON.stringify(request) })).code)
    .toBe(201);
  const answer = await send(cluster, { method: "POST", path, body: JSON.stringify(request) });
  const { token } = (answer.body as unknown as { status: { token: string } }).status;
  const [head = "", payload = "", signature = ""] = token.split(".");
  const { kid } = JSON.parse(Buffer.from(head, "base64url").toString()) as { kid: string };
  const published = await send(cluster, { path: "/openid/v1/jwks" });
  const { keys } = published.body as unknown as { keys: (JsonWebKey & { kid: string })[] };
  const jwk = keys.find((each) => each.kid === kid);
  if (jwk === undefined) throw new Error(`no published key is ${kid}`);
  const key = { key: createPublicKey({ key: jwk, format: "jwk" }), dsaEncoding: "ieee-p1363" as const };
  const isSigned = verify(
    "sha256",
    Buffer.from(`${head}.${payload}`),
    key,
    Buffer.from(signature, "base64url"),
  );
  expect(isSigned).toBe(true);
  const { body } = await send(cluster, { path: "/.well-known/openid-configuration" });
  expect(body).toMatchObject({ issuer: "https://kubernetes.default.svc.cluster.local" });
});

it("events can be selected by what they are about, in both of their forms", async () => {
  const metadata = { name: "told", namespace: "default" };
  const about = { kind: "Pod", namespace: "default", name: "web" };
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata,
    involvedObject: about,
    reason: "Told",
    type: "Normal",
  };
  await send(cluster, {
    method: "POST",
    path: "/api/v1/namespaces/default/events",
    body: JSON.stringify(event),
  });
  for (const path of [
    "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dweb,reason%3DTold",
    "/apis/events.k8s.io/v1/namespaces/default/events?fieldSelector=regarding.name%3Dweb,reason%3DTold",
  ]) {
    const { body } = await send(cluster, { path });
    expect((body as unknown as { items: unknown[] }).items).toHaveLength(1);
  }
});

it("OpenAPI v2 describes what is served, as JSON and as protobuf, and is not sent again to who has it", async () => {
  const { body } = await send(cluster, { path: "/openapi/v2" });
  const { definitions } = body as unknown as { definitions: Record<string, { description: string }> };
  expect(definitions["io.k8s.api.core.v1.Pod"]?.description).toMatch(/^Pod is a collection of containers/);
  const accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  const first = await open(cluster, { path: "/openapi/v2", headers: { accept } });
  first.resume();
  expect(first.headers["content-type"]).toContain("protobuf");
  const tag = String(first.headers.etag);
  const again = await open(cluster, { path: "/openapi/v2", headers: { accept, "if-none-match": tag } });
  again.resume();
  expect(again.statusCode).toBe(304);
});

it("OpenAPI v2 has examples and links of definitions, in protobuf too", async () => {
  const size = {
    type: "integer",
    example: 3,
    externalDocs: { description: "More", url: "https://a.example" },
  };
  const openAPIV3Schema = { type: "object", properties: { size } };
  const definition = {
    metadata: { name: "shirts.documents.example.com" },
    spec: {
      group: "documents.example.com",
      scope: "Cluster",
      names: { plural: "shirts", singular: "shirt", kind: "Shirt" },
      versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
  await send(cluster, {
    method: "POST",
    path: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    body: Buffer.from(JSON.stringify(definition)),
    headers: { "content-type": "application/json" },
  });
  await vi.waitFor(async () => {
    const { body } = await send(cluster, { path: "/openapi/v2" });
    expect(JSON.stringify(body)).toContain("https://a.example");
  });
  const accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  const answer = await open(cluster, { path: "/openapi/v2", headers: { accept } });
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  expect(answer.statusCode).toBe(200);
  expect(Buffer.concat(chunks).includes("https://a.example")).toBe(true);
});

it("metadata alone is sent to who asks for no more, of one object, of lists and in watches", async () => {
  const apiVersion = "meta.k8s.io/v1";
  const headers = { accept: accepting("PartialObjectMetadata") };
  const one = await send(cluster, { path: "/api/v1/namespaces/default", headers });
  expect(one.body).toEqual({
    kind: "PartialObjectMetadata",
    apiVersion,
    metadata: expect.objectContaining({ name: "default" }) as unknown,
  });
  const list = await send(cluster, {
    path: "/api/v1/namespaces?limit=1",
    headers: { accept: accepting("PartialObjectMetadataList") },
  });
  expect(list.body).toMatchObject({
    kind: "PartialObjectMetadataList",
    apiVersion,
    items: [{ kind: "PartialObjectMetadata", apiVersion }],
  });
  expect(JSON.stringify(list.body)).not.toContain('"status"');
  const path = "/api/v1/namespaces?watch=true&timeoutSeconds=1&fieldSelector=metadata.name=default";
  const watch = await open(cluster, { path, headers });
  let text = "";
  for await (const chunk of watch) text += String(chunk);
  const event = { type: "ADDED", object: { kind: "PartialObjectMetadata", apiVersion } };
  expect(JSON.parse(text)).toMatchObject(event);
  expect(text).not.toContain('"status"');
});

function accepting(form: string): string {
  return `application/json;as=${form};v=v1;g=meta.k8s.io,application/json`;
}

async function readText(path: string): Promise<string> {
  const response = await open(cluster, { path });
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return `${response.statusCode} ${text}`;
}
