import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer } from "../https-for-tests.js";
import { open, send } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";
import { MAX_WATCHES_PER_USER } from "./watch-handler.js";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/default";

describe("clients that mean no good", () => {
  let dataDir: string;
  let cluster: Cluster;
  const create = (path: string, object: object): Promise<Answer> =>
    send(cluster, { method: "POST", path, body: JSON.stringify(object) });
  /** The token of a new account that may do `verbs` on `resource`. */
  const tokenFor = async (name: string, verbs: string[], resource: string): Promise<string> => {
    await create("/api/v1/namespaces/default/serviceaccounts", { metadata: { name } });
    const rules = [{ apiGroups: ["", "apps"], resources: [resource], verbs }];
    await create(`${RBAC}/roles`, { metadata: { name }, rules });
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
    await create(`${RBAC}/rolebindings`, {
      metadata: { name },
      roleRef,
      subjects: [{ kind: "ServiceAccount", name, namespace: "default" }],
    });
    const request = await create(`/api/v1/namespaces/default/serviceaccounts/${name}/token`, { spec: {} });
    return (request.body as unknown as { status: { token: string } }).status.token;
  };

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "lectern-cluster-"));
    cluster = await startCluster({ dataDir });
  });
  afterAll(async () => {
    await cluster.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(["//", "//[", "/api/v1/%", "https://[", "*"])(
    "get an answer for the request target %s",
    async (path) => {
      const answer = await open(cluster, { path });
      answer.resume();
      expect([400, 404]).toContain(answer.statusCode);
      expect((await send(cluster, { path: "/api/v1/namespaces/default" })).code).toBe(200);
    },
  );

  it.each([
    ["application/yaml", "lists on one line", "- ".repeat(500_000)],
    ["application/yaml", "brackets", "[".repeat(1_000_000)],
    ["application/yaml", "keys on one line", "? ".repeat(500_000)],
    ["application/yaml", "maps", "{a: ".repeat(300_000)],
    ["application/json", "lists", `{"data":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["application/json", "maps", `{"data":${'{"a":'.repeat(3000)}1${"}".repeat(3000)}}`],
  ])("are refused at once what %s nests too deep: %s", async (type, _what, body) => {
    const created = await send(cluster, { method: "POST", path: CONFIG_MAPS, type, body });
    expect([created.code, created.body.message]).toEqual([400, expect.stringContaining("nested too deep")]);
    const isYaml = type.endsWith("yaml");
    const patch = isYaml ? "application/apply-patch+yaml" : "application/merge-patch+json";
    const path = `${CONFIG_MAPS}/deep?fieldManager=me`;
    expect((await send(cluster, { method: "PATCH", path, type: patch, body })).code).toBeOneOf([400, 404]);
  });

  it.each([
    ["blanks before a word", `${" ".repeat(200_000)}x`, 400],
    ["lists behind a list", "[0]".repeat(80_000), 400],
    ["thousands of aliases", `a: [${`&a x${",*a".repeat(98)},`.repeat(850)}]`, 400],
    ["more than YAML may be", `a: ${"x".repeat(300_000)}`, 413],
  ])("are refused YAML of %s without holding up others", async (_what, body, code) => {
    const type = "application/yaml";
    expect((await send(cluster, { method: "POST", path: CONFIG_MAPS, type, body })).code).toBe(code);
  });

  it("may write YAML as deep as objects are", async () => {
    const deep = `${"{a: ".repeat(100)}1${"}".repeat(100)}`;
    const lists = `${"- ".repeat(20)}x`;
    const metadata = { name: "deep-yaml", annotations: { deep, lists } };
    const body = `metadata: ${JSON.stringify(metadata)}\ndata: {a: b}\n`;
    const created = await send(cluster, {
      method: "POST",
      path: CONFIG_MAPS,
      type: "application/yaml",
      body,
    });
    expect(created.code).toBe(201);
  });

  it("are told what is wrong with a null in a list, instead of having it kept", async () => {
    const limits = { metadata: { name: "nulls" }, spec: { limits: [null] } };
    expect((await create("/api/v1/namespaces/default/limitranges", limits)).code).toBe(422);
  });

  it("get an answer for an object whose metadata is null", async () => {
    const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: null });
    await create(CONFIG_MAPS, { metadata: { name: "nameless" } });
    const answer = await send(cluster, { method: "PUT", path: `${CONFIG_MAPS}/nameless`, body });
    expect(answer.code).toBeLessThan(500);
  });

  it("cannot create by server-side apply what they may only patch", async () => {
    const token = await tokenFor("patcher", ["patch", "get"], "configmaps");
    const apply = {
      method: "PATCH",
      path: `${CONFIG_MAPS}/smuggled?fieldManager=x`,
      type: "application/apply-patch+yaml",
      body: JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "smuggled" } }),
    };
    const refused = await send(cluster, { ...apply, token });
    expect(refused.code).toBe(403);
    expect(refused.body.message).toContain('cannot create resource "configmaps"');
    expect((await send(cluster, { path: `${CONFIG_MAPS}/smuggled` })).code).toBe(404);
  });

  it.each(["status", "scale"])("cannot create an object by applying to its %s", async (subresource) => {
    const answer = await send(cluster, {
      method: "PATCH",
      path: `/apis/apps/v1/namespaces/default/deployments/none/${subresource}?fieldManager=x`,
      type: "application/apply-patch+yaml",
      body: JSON.stringify({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "none" } }),
    });
    expect([404, 415]).toContain(answer.code);
  });

  it.each(["GET", "DELETE", "PATCH", "PUT"])(
    "cannot reach an object by %s through the right to its proxy",
    async (method) => {
      const token = await tokenFor(`proxy-${method.toLowerCase()}`, ["*"], "services/proxy");
      const services = "/api/v1/namespaces/default/services";
      const name = `behind-${method.toLowerCase()}`;
      await create(services, { metadata: { name }, spec: { ports: [{ port: 80 }] } });
      const body = JSON.stringify({ metadata: { name, labels: { taken: "over" } } });
      const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
      const sent = { method, path: `${services}/${name}/proxy`, token, type };
      const answer = await send(cluster, method === "PUT" || method === "PATCH" ? { ...sent, body } : sent);
      expect(answer.code).toBe(501);
      const kept = await send(cluster, { path: `${services}/${name}` });
      expect([kept.code, kept.body.metadata["labels"]]).toEqual([200, undefined]);
    },
  );

  it("leave others their watches however many they open", async () => {
    const token = await tokenFor("greedy", ["watch"], "configmaps");
    const path = `${CONFIG_MAPS}?watch=true`;
    const watches: IncomingMessage[] = [];
    for (let i = 0; i < MAX_WATCHES_PER_USER; i++) watches.push(await open(cluster, { path, token }));
    expect(watches.every(({ statusCode }) => statusCode === 200)).toBe(true);
    expect((await send(cluster, { path, token })).code).toBe(429);
    const other = await open(cluster, { path });
    expect(other.statusCode).toBe(200);
    other.destroy();
    watches[0]?.destroy();
    const again = async (): Promise<number | undefined> => {
      const watch = await open(cluster, { path, token });
      watch.destroy();
      return watch.statusCode;
    };
    await expect.poll(again).toBe(200);
    for (const watch of watches) watch.destroy();
  });

  it("lose their watch when their role is taken from them", async () => {
    const token = await tokenFor("watcher", ["watch"], "configmaps");
    const watch = await open(cluster, { path: `${CONFIG_MAPS}?watch=true`, token });
    expect(watch.statusCode).toBe(200);
    watch.resume();
    await send(cluster, { method: "DELETE", path: `${RBAC}/rolebindings/watcher` });
    await once(watch, "end", { signal: AbortSignal.timeout(60_000) });
    expect((await open(cluster, { path: `${CONFIG_MAPS}?watch=true`, token })).statusCode).toBe(403);
  });

  it.each([
    ["application/yaml", `a: &a [${"1,".repeat(50)}]\nb: &b [${"*a,".repeat(50)}]\nc: [${"*b,".repeat(50)}]`],
    ["application/vnd.kubernetes.protobuf", "k8s\0\u00FF\u00FF\u00FF\u00FF"],
    ["application/json", `{"data":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
    ["application/json", "\u0000"],
    ["application/json", "5"],
  ])("get 400 for %s that means nothing", async (type, body) => {
    const answer = await send(cluster, { method: "POST", path: CONFIG_MAPS, type, body });
    expect([answer.code, answer.body.reason]).toEqual([400, "BadRequest"]);
  });

  it("cannot keep the API busy with a quantity without end", async () => {
    const limits = { cpu: "1e999999999" };
    const answer = await create("/api/v1/namespaces/default/pods", {
      metadata: { name: "endless" },
      spec: { containers: [{ name: "a", image: "a", resources: { limits } }] },
    });
    expect(answer.code).toBe(400);
  });
});
