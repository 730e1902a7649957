import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../https-for-tests.js";
import type { Cluster } from "../start.js";
import { startCluster } from "../start.js";

interface List {
  code: number;
  message?: string;
  reason?: string;
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: { metadata: { namespace: string; name: string }; data?: Record<string, string> }[];
}

const NAMESPACES = ["a", "a-b", "a.b", "aa"].map((name) => `pages-${name.replace(".", "-x-")}`);
const SELECTOR = "labelSelector=set%3Dpages";
const PATH = "/api/v1/configmaps";

function namesIn(lists: List[]): string[] {
  return lists.flatMap(({ items }) => items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
}

describe("lists by pages", () => {
  let dataDir: string;
  let cluster: Cluster;
  const list = async (query: string): Promise<List> => {
    const { body, code } = await send(cluster, { path: `${PATH}?${query}` });
    return { ...(body as unknown as List), code };
  };
  const write = async (method: string, path: string, body?: object): Promise<number> => {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return (await send(cluster, { method, path, type, ...(body && { body: JSON.stringify(body) }) })).code;
  };
  const create = (namespace: string, name: string, data: Record<string, string> = {}): Promise<number> =>
    write("POST", `/api/v1/namespaces/${namespace}/configmaps`, {
      metadata: { name, labels: { set: "pages" } },
      data,
    });
  const pages = async (query: string, between: () => Promise<unknown> = async () => {}): Promise<List[]> => {
    const all = [await list(query)];
    for (let next = all[0]?.metadata.continue; next !== undefined; next = all.at(-1)?.metadata.continue) {
      await between();
      all.push(await list(`${query}&continue=${next}`));
    }
    return all;
  };

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), "lectern-pages-"));
    cluster = await startCluster({ dataDir });
    for (const name of NAMESPACES) {
      await write("POST", "/api/v1/namespaces", { metadata: { name } });
      for (const object of ["x", "x-1", "x.1", "y"]) expect(await create(name, object)).toBe(201);
    }
  });
  afterAll(async () => {
    await cluster.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each([1, 2, 3, 5, 7, 15, 16, 17, 100])(
    "of %i give every object once, in the list's order",
    async (limit) => {
      const whole = namesIn([await list(SELECTOR)]);
      expect(whole).toHaveLength(16);
      expect(namesIn(await pages(`${SELECTOR}&limit=${limit}`))).toEqual(whole);
      const everything = namesIn([await list("")]);
      const all = await pages(`limit=${limit}`);
      expect(namesIn(all)).toEqual(everything);
      const [first] = all;
      const left = everything.length - (first?.items.length ?? 0);
      expect(first?.metadata.remainingItemCount).toBe(left === 0 ? undefined : left);
      expect(all.at(-1)?.metadata.remainingItemCount).toBeUndefined();
    },
  );

  it("show one state, whatever is created, changed and removed between them", async () => {
    const namespace = NAMESPACES[0] ?? "";
    await create(namespace, "gone", { n: "0" });
    await create(namespace, "kept", { n: "0" });
    const before = await list(SELECTOR);
    let step = 0;
    const all = await pages(`${SELECTOR}&limit=2`, async () => {
      step += 1;
      if (step === 1) {
        expect(await write("DELETE", `/api/v1/namespaces/${namespace}/configmaps/gone`)).toBe(200);
        await write("PATCH", `/api/v1/namespaces/${namespace}/configmaps/kept`, { data: { n: "1" } });
      }
      await create(NAMESPACES[2] ?? "", `new-${step}`);
    });
    expect(all.flatMap(({ items }) => items)).toEqual(before.items);
    const revisions = new Set(all.map(({ metadata }) => metadata.resourceVersion));
    expect([...revisions]).toEqual([before.metadata.resourceVersion]);
    const exact = `${SELECTOR}&resourceVersion=${before.metadata.resourceVersion}`;
    expect((await list(`${exact}&resourceVersionMatch=Exact`)).items).toEqual(before.items);
    const start = await list(`${exact}&limit=3`);
    const rest = await list(`${SELECTOR}&continue=${start.metadata.continue}`);
    expect(namesIn([start, rest])).toEqual(namesIn([before]));
    const newer = await list(`${exact}&resourceVersionMatch=NotOlderThan`);
    expect(namesIn([newer])).toContain(`${NAMESPACES[2]}/new-1`);
  });

  it("cannot be carried into another namespace", async () => {
    const [first = "", second = ""] = NAMESPACES;
    const other = await list(`${SELECTOR}&limit=1`);
    for (const namespace of [first, second]) {
      const path = `/api/v1/namespaces/${namespace}/configmaps?limit=50&continue=${other.metadata.continue}`;
      const { body } = await send(cluster, { path });
      const namespaces = (body as unknown as List).items.map(({ metadata }) => metadata.namespace);
      expect(namespaces.filter((each) => each !== namespace)).toEqual([]);
    }
  });

  it("say that their token has expired, and go on in the present state for those who want to", async () => {
    const namespace = NAMESPACES[1] ?? "";
    const first = await list(`${SELECTOR}&limit=2`);
    await create(namespace, "zz-new");
    await create(namespace, "zz-large", { text: "" });
    const path = `/api/v1/namespaces/${namespace}/configmaps/zz-large`;
    for (let n = 0; n < 24; n++)
      await write("PATCH", path, { data: { text: String(n % 10).repeat(900_000) } });
    const expired = await list(`${SELECTOR}&limit=2&continue=${first.metadata.continue}`);
    expect([expired.code, expired.reason]).toEqual([410, "Expired"]);
    expect(expired.message).toMatch(
      /^The provided continue parameter is too old to display a consistent list/,
    );
    const rest = await list(`${SELECTOR}&continue=${expired.metadata.continue}`);
    const all = namesIn([first, rest]);
    expect(all).toContain(`${namespace}/zz-new`);
    expect(all).toEqual(namesIn([await list(SELECTOR)]));
    const exact = `resourceVersion=${first.metadata.resourceVersion}&resourceVersionMatch=Exact`;
    const old = await list(exact);
    expect([old.code, old.message]).toEqual([410, "The resourceVersion for the provided list is too old."]);
  });

  it.each([
    ["continue=abc", 400, /^invalid continue token: continue key is not valid: /],
    [
      `continue=${Buffer.from('{"v":"meta.k8s.io/v1","rv":0,"start":"a/b\\u0000"}').toString("base64url")}`,
      400,
      /^invalid continue token/,
    ],
    ["limit=abc", 400, /^strconv.ParseInt: parsing "abc": invalid syntax$/],
    ["resourceVersion=abc", 400, /^invalid resource version: resourceVersion: Invalid value: "abc"/],
    ["resourceVersion=99999999", 504, /^Timeout: Too large resource version: 99999999, current: /],
    [
      "resourceVersionMatch=Exact",
      422,
      /resourceVersionMatch is forbidden unless resourceVersion is provided$/,
    ],
    ["resourceVersionMatch=Exact&resourceVersion=0", 422, /"exact\\?" is forbidden for resourceVersion/],
    ["sendInitialEvents=true", 422, /sendInitialEvents is forbidden for list$/],
  ])("refuse %s as a real API server does", async (query, code, message) => {
    const answer = await list(query);
    expect([answer.code, answer.message]).toEqual([code, expect.stringMatching(message)]);
  });

  it.each(["namespaces", "nodes", `namespaces/${NAMESPACES[1]}`])(
    "are not of %s where a namespace is named",
    async (resource) => {
      const path = `/api/v1/namespaces/${NAMESPACES[0]}/${resource}`;
      const { code, body } = await send(cluster, { path });
      expect([code, body.message]).toEqual([404, "the server could not find the requested resource"]);
    },
  );
});
