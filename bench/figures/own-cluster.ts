import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pino } from "pino";
import { dataPaths, readEnvironment } from "../../server/config.js";
import { OwnClusterProcesses } from "../../server/own-clusters.js";
import { temporaryFolder } from "../../test/server/lectern-process.js";
import { median, type Figure } from "../figure.js";

const RUNS = 5;
/** After which what was only needed to start is gone. */
const SETTLE_MS = 5_000;

/** From asking for a session's own cluster to its first answer. */
export const ownClusterStart: Figure = {
  name: "a cluster of a session's own, start to answer",
  unit: "ms",
  bound: 700,
  method: `median of ${RUNS}, one after the other`,
  async measure() {
    const times: number[] = [];
    await withClusters(async (clusters) => {
      for (let run = 0; run < RUNS; run++) {
        const since = performance.now();
        await clusters.make(`bench-${run}`);
        times.push(performance.now() - since);
      }
    });
    return median(times);
  },
};

/** What such a cluster holds in which nobody does anything. */
export const ownClusterMemory: Figure = {
  name: "a cluster of a session's own, idle",
  unit: "MB",
  bound: 90,
  method: "resident bytes of its process, with the pages of Node that all of them share",
  async measure() {
    let bytes = 0;
    await withClusters(async (clusters, owners) => {
      await clusters.make("bench");
      await wait(SETTLE_MS);
      const owner = readFileSync(join(owners, "cluster-of-bench.json"), "utf8");
      bytes = residentBytes((JSON.parse(owner) as { pid: number }).pid);
    });
    return bytes / 1e6;
  },
};

async function withClusters(
  use: (clusters: OwnClusterProcesses, owners: string) => Promise<void>,
): Promise<void> {
  const folder = temporaryFolder();
  const paths = dataPaths(folder.path);
  const log = pino({ level: "silent" });
  const clusters = new OwnClusterProcesses({ paths, environment: readEnvironment(), log });
  try {
    await use(clusters, paths.owners);
  } finally {
    await clusters.stop();
    folder.remove();
  }
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
}
