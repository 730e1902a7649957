import { afterAll, beforeAll, expect, it } from "vitest";
import { watchCollection } from "../../workshop/node/collection-watch.js";
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
