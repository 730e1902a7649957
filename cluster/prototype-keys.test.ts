import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Answer, Sent } from "./https-for-tests.js";
import { open, send } from "./https-for-tests.js";
import type { Cluster } from "./start.js";
import { startCluster } from "./start.js";

/** Names every JavaScript object seems to have. */
const NAMES = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];
const MAPS = "/api/v1/namespaces/default/configmaps";
const THINGS = "/apis/example.com/v1/namespaces/default/things";

let cluster: Cluster;
let dataDir: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "lectern-prototype-keys-"));
  cluster = await startCluster({ dataDir });
});
afterAll(async () => {
  await cluster.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const before = prototypes();
function prototypes(): string {
  const all = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
  return JSON.stringify(all.map((each) => Object.getOwnPropertyNames(each)));
}

async function ask(sent: Sent): Promise<Answer> {
  const answer = await send(cluster, sent);
  expect(answer.code, JSON.stringify([sent, answer.body])).toBeLessThan(500);
  expect(prototypes(), JSON.stringify(sent)).toBe(before);
  return answer;
}

/** JSON text in which a name like `__proto__` is one of the object's own. */
function text(object: unknown): string {
  return JSON.stringify(object).replaceAll("PROTO", "__proto__");
}

describe.each(NAMES)("the name %s is a name like any other", (name) => {
  const key = name === "__proto__" ? "PROTO" : name;
  const own = { [key]: "mine" };
  const at = `${MAPS}/${name.toLowerCase().replaceAll("_", "x")}`;
  const metadata = { name: at.slice(MAPS.length + 1) };

  it("in data, labels, patches and applied objects", async () => {
    const map = { apiVersion: "v1", kind: "ConfigMap", metadata };
    await ask({ method: "POST", path: MAPS, body: text({ ...map, data: own }) });
    expect(await dataOf(at)).toEqual([[name, "mine"]]);
    for (const type of ["merge-patch", "strategic-merge-patch"]) {
      const body = text({ data: { [key]: type, other: "x" } });
      await ask({ method: "PATCH", path: at, type: `application/${type}+json`, body });
      expect(await dataOf(at)).toEqual([
        [name, type],
        ["other", "x"],
      ]);
    }
    const operations = [{ op: "replace", path: `/data/${key}`, value: "json" }];
    const type = "application/json-patch+json";
    await ask({ method: "PATCH", path: at, type, body: text(operations) });
    const applied = { path: `${at}?fieldManager=me&force=true`, type: "application/apply-patch+yaml" };
    await ask({ method: "PATCH", ...applied, body: text({ ...map, data: { [key]: "applied" } }) });
    expect(Object.fromEntries(await dataOf(at))).toEqual(
      Object.fromEntries([
        [name, "applied"],
        ["other", "x"],
      ]),
    );
    const deep = text({ metadata: { labels: own, annotations: own }, [key]: { polluted: "yes" } });
    for (const patch of ["merge-patch", "strategic-merge-patch"])
      await ask({ method: "PATCH", path: at, type: `application/${patch}+json`, body: deep });
  });

  it("in paths, queries and selectors", async () => {
    for (const path of [
      `/${name}`,
      `/api/${name}`,
      `/api/v1/${name}`,
      `/api/v1/namespaces/${name}/configmaps`,
      `/apis/${name}/${name}/${name}`,
      `${MAPS}/${name}`,
      `${MAPS}/${name}/${name}`,
      `${MAPS}?${name}=1&labelSelector=${name}&fieldSelector=metadata.name%3D${name}`,
      `${MAPS}?fieldSelector=${name}%3D1`,
      `/api/v1/namespaces/default/pods?fieldSelector=${name}.${name}%3D1`,
    ]) {
      // What leads nowhere is answered in plain words.
      const response = await open(cluster, { path });
      response.resume();
      expect(response.statusCode, path).toBeLessThan(500);
      expect(prototypes(), path).toBe(before);
    }
  });

  it("in the fields of a Secret, a Service, a pod and a definition's scale", async () => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata, type: name, stringData: own };
    await ask({ method: "POST", path: "/api/v1/namespaces/default/secrets", body: text(secret) });
    const service = { apiVersion: "v1", kind: "Service", metadata, spec: { selector: own, type: name } };
    await ask({ method: "POST", path: "/api/v1/namespaces/default/services", body: text(service) });
    const containers = [{ name: "c", image: "i", resources: { limits: own }, [key]: own }];
    const pod = { apiVersion: "v1", kind: "Pod", metadata, spec: { containers, nodeSelector: own } };
    await ask({ method: "POST", path: "/api/v1/namespaces/default/pods", body: text(pod) });
  });
});

it("a scale path of a definition reaches no prototype", async () => {
  const scale = {
    specReplicasPath: ".spec.__proto__.polluted",
    statusReplicasPath: ".status.constructor.prototype.x",
  };
  const schema = {
    openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: {} },
  };
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural: "things", kind: "Thing" },
      versions: [{ name: "v1", served: true, storage: true, schema, subresources: { scale } }],
    },
  };
  const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  await ask({ method: "POST", path: definitions, body: text(definition) });
  const thing = { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "x" } };
  await ask({ method: "POST", path: THINGS, body: text(thing) });
  const type = "application/merge-patch+json";
  const body = text({ spec: { replicas: 3 } });
  await ask({ method: "PATCH", path: `${THINGS}/x/scale`, type, body });
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

async function dataOf(path: string): Promise<[string, unknown][]> {
  const { body } = await ask({ path });
  return Object.entries((body as unknown as { data: Record<string, unknown> }).data);
}
