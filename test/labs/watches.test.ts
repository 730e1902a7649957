import { afterAll, beforeAll, expect, it } from "vitest";
import { type WatchedObject, watchCollection } from "../../kubernetes/node/collection-watch.js";
import { type TestPlatform, startTestPlatform } from "./test-platform.js";

let platform: TestPlatform;
const stop = new AbortController();

beforeAll(async () => {
  platform = await startTestPlatform();
});

afterAll(async () => {
  stop.abort();
  await platform.close();
});

it("a whole class that waits for its checks does not hold up anybody's calls", async () => {
  const path = "/api/v1/namespaces/default/configmaps";
  const begun = Array.from(
    { length: 100 },
    () =>
      new Promise<void>((resolve, reject) => {
        const listener = { onChange: () => resolve() };
        watchCollection(platform.client, path, listener, stop.signal).catch(reject);
      }),
  );
  await Promise.all(begun);
  const started = performance.now();
  await platform.client.get(path);
  expect(performance.now() - started).toBeLessThan(3_000);
});

it("a watch that has lasted its time goes on by itself, without a fault and without a gap", async () => {
  const path = "/api/v1/namespaces/default/configmaps";
  const faults: unknown[] = [];
  let lists = 0;
  const seen = new Promise<void>((resolve, reject) => {
    const listener = {
      limitMs: 100,
      onChange: () => void (lists += 1),
      onItem: (_type: string, { metadata }: WatchedObject) => metadata?.name === "late" && resolve(),
      onError: (error: unknown) => void faults.push(error),
    };
    watchCollection(platform.client, path, listener, stop.signal).catch(reject);
  });
  await expect.poll(() => lists).toBeGreaterThan(1);
  await platform.client.create(path, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "late" } });
  await seen;
  expect(faults).toEqual([]);
});
