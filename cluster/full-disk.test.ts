import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Answer } from "./https-for-tests.js";
import { send } from "./https-for-tests.js";
import type { Reachable } from "./process-for-tests.js";
import { CONFIG_MAPS, startProcess, storedConfigMaps } from "./process-for-tests.js";

/** Blocks of 512 bytes any file may have: room for a new cluster and a few large objects. */
const MAX_BLOCKS = 6000;
const MAX_OBJECTS = 100;

let dataDir: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "lectern-full-"));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

it(
  "refuses in clear words what the disk has no room for, and keeps the rest over a crash and a restart",
  {
    timeout: 60_000,
  },
  async () => {
    const { child, cluster } = await startProcess(dataDir, { maxBlocks: MAX_BLOCKS });
    const acknowledged: [string, string][] = [];
    let refusal: Answer | undefined;
    for (let i = 0; i < MAX_OBJECTS && refusal === undefined; i++) {
      const answer = await createLarge(cluster, `large-${i}`);
      if (answer.code === 201)
        acknowledged.push([`large-${i}`, String(answer.body.metadata["resourceVersion"])]);
      else refusal = answer;
    }
    expect(acknowledged.length).toBeGreaterThan(2);
    expect([refusal?.code, refusal?.body.message]).toEqual([
      500,
      expect.stringMatching(/The change was not stored: .* Make room on the disk/),
    ]);
    expect([...(await storedConfigMaps(cluster))]).toEqual(expect.arrayContaining(acknowledged));
    child.kill("SIGKILL");
    await once(child, "exit");
    const again = await startProcess(dataDir, { maxBlocks: MAX_BLOCKS });
    expect(again.cluster.url).toBe(cluster.url);
    const kept = await storedConfigMaps(again.cluster);
    expect([...kept]).toEqual(expect.arrayContaining(acknowledged));
    again.child.kill("SIGTERM");
    expect(await once(again.child, "exit")).toEqual([0, null]);
  },
);

function createLarge(cluster: Reachable, name: string): Promise<Answer> {
  const body = JSON.stringify({ metadata: { name }, data: { text: "x".repeat(200_000) } });
  return send(cluster, { method: "POST", path: CONFIG_MAPS, body });
}
