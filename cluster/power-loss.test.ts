import { execFileSync, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { send } from "./https-for-tests.js";
import type { Reachable } from "./process-for-tests.js";
import { CONFIG_MAPS, startProcess, storedConfigMaps } from "./process-for-tests.js";

const WRITERS = 6;
/** Enough that the database moves its log into its file meanwhile. */
const WRITES = 60;
const source = fileURLToPath(new URL("power-loss-for-tests.c", import.meta.url));

const canCompile = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;
if (!canCompile)
  process.stderr.write(
    "the loss of power is not simulated: it takes Linux and a C compiler, cc (apt-get install gcc)\n",
  );

const started: ChildProcess[] = [];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lectern-power-"));
});
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

it.skipIf(!canCompile)(
  "keeps every acknowledged write, and the order of revisions, when the power fails in the midst of writes",
  { timeout: 300_000 },
  async () => {
    const library = join(folder, "synced.so");
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]);
    const dataDir = join(folder, "data");
    const synced = join(folder, "synced");
    mkdirSync(synced);
    const env = { LD_PRELOAD: library, SYNCED_FOLDER: synced };
    const { child, cluster } = await startProcess(dataDir, { env });
    started.push(child);
    const acknowledged = await write(cluster);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(readdirSync(synced)).toContain("cluster.db-wal");
    const left = leftAfterPowerLoss(dataDir, synced);
    const again = await startProcess(left);
    started.push(again.child);
    const kept = await storedConfigMaps(again.cluster);
    expect([...acknowledged].filter(([name, version]) => kept.get(name) !== version)).toEqual([]);
    const highest = Math.max(...[...acknowledged.values()].map(Number));
    expect(await create(again.cluster, "after")).toBeGreaterThan(highest);
    again.child.kill("SIGTERM");
    await once(again.child, "exit");
  },
);

/** The data directory as the disk has it: of the database what was synced, of the rest everything. */
function leftAfterPowerLoss(dataDir: string, synced: string): string {
  const left = join(folder, "left");
  cpSync(dataDir, left, { recursive: true, filter: (path) => !path.includes("cluster.db") });
  cpSync(synced, left, { recursive: true });
  return left;
}

/** Writes from several sides at once; what was acknowledged, by name. */
async function write(cluster: Reachable): Promise<Map<string, string>> {
  const acknowledged = new Map<string, string>();
  const writer = async (side: number): Promise<void> => {
    for (let i = 0; i < WRITES; i++) {
      const name = `w${side}-${i}`;
      acknowledged.set(name, String(await create(cluster, name)));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, side) => writer(side)));
  return acknowledged;
}

async function create(cluster: Reachable, name: string): Promise<number> {
  const body = JSON.stringify({ metadata: { name }, data: { text: "x".repeat(20_000) } });
  const answer = await send(cluster, { method: "POST", path: CONFIG_MAPS, body });
  expect(answer.code).toBe(201);
  return Number(answer.body.metadata["resourceVersion"]);
}
