import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { send } from "./https-for-tests.js";
import type { Reachable } from "./process-for-tests.js";
import { CONFIG_MAPS, startProcess, storedConfigMaps } from "./process-for-tests.js";

const ROUNDS = 3;
const WRITERS = 8;
/** Milliseconds of writing between the first answer and the kill, by round: in the midst of things each time. */
const BURST_MS = [500, 900, 1400];

let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), "lectern-killed-"));
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

it(
  "keeps every write it acknowledged when it is killed in the midst of them, time and again",
  {
    timeout: 120_000,
  },
  async () => {
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < ROUNDS; round++) {
      const { child, cluster } = await startProcess(dataDir);
      const kept = await storedConfigMaps(cluster);
      expect([...acknowledged].filter(([name, version]) => kept.get(name) !== version)).toEqual([]);
      const highest = Math.max(0, ...[...acknowledged.values()].map(Number));
      const burst = writeUntilRefused(cluster, round, acknowledged);
      const freshOnes = () => [...acknowledged].filter(([name]) => name.startsWith(`r${round}-`));
      await expect.poll(() => freshOnes().length).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, BURST_MS[round]));
      child.kill("SIGKILL");
      await burst;
      const fresh = freshOnes();
      expect(Math.min(...fresh.map(([, version]) => Number(version)))).toBeGreaterThan(highest);
    }
    const { child, cluster } = await startProcess(dataDir);
    const kept = await storedConfigMaps(cluster);
    expect([...acknowledged].filter(([name, version]) => kept.get(name) !== version)).toEqual([]);
    child.kill("SIGTERM");
    await once(child, "exit");
  },
);

/** Writes from several sides at once, noting what was acknowledged, until the server is gone. */
async function writeUntilRefused(
  cluster: Reachable,
  round: number,
  acknowledged: Map<string, string>,
): Promise<void> {
  const writer = async (side: number): Promise<void> => {
    for (let i = 0; ; i++) {
      const name = `r${round}-${side}-${i}`;
      const body = JSON.stringify({ metadata: { name }, data: { text: "x".repeat(2000) } });
      const answer = await send(cluster, { method: "POST", path: CONFIG_MAPS, body });
      expect(answer.code).toBe(201);
      acknowledged.set(name, String(answer.body.metadata["resourceVersion"]));
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: WRITERS }, (_, side) => writer(side)));
  for (const end of ends)
    if (end.status === "rejected") expect(String(end.reason)).not.toContain("AssertionError");
}
