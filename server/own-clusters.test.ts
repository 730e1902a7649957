import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, it } from "vitest";
import type { Lab } from "../workshop/common/lab.js";
import { requireCluster } from "../workshop/node/session-cluster.js";
import { dataPaths, defaultPodShells } from "./config.js";
import { defaultMaxOwnClusters, openOwnClusters, OwnClusterProcesses } from "./own-clusters.js";
import { summarise } from "./workshop/catalogue.js";

const lab = { name: "own", cluster: "own", pages: [], needs: [], problems: [] } as unknown as Lab;
const paths = dataPaths("/nowhere");
const log = pino({ level: "silent" });

it.each([
  ["--shells pods", { pods: defaultPodShells }],
  ["--terminal-host", { terminalHost: "/run/host.sock" }],
  ["--database", { database: "postgresql://x@localhost/x" }],
])(
  "a server with %s has no clusters to give, and says so in the catalogue and at the start",
  (flag, config) => {
    const ownClusters = openOwnClusters(config, { paths }, log);
    expect(ownClusters).toBeUndefined();
    expect(() => requireCluster(lab, { ownClusters })).toThrow(flag);
    expect(summarise(lab, { pods: "any", ownClusters: false }).unavailable).toContain(flag);
  },
);

it("a server with shells of its own has as many as half of the memory holds, and one at the least", () => {
  expect(() => requireCluster(lab, { ownClusters: openOwnClusters({}, { paths }, log) })).not.toThrow();
  expect(defaultMaxOwnClusters(8 * 2 ** 30)).toBe(45);
  expect(defaultMaxOwnClusters(2 ** 20)).toBe(1);
});

it("what a session's cluster held stays until its pods are gone, so that it is closed again; nobody is asked where it had none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-own-"));
  const ownClusters = join(folder, "clusters");
  const containers = join(folder, "containers.sock");
  let asked = 0;
  // As a process that is ended before it answers.
  const ending = createServer((socket) => {
    asked += 1;
    socket.destroy();
  }).listen(containers);
  try {
    await once(ending, "listening");
    const clusters = new OwnClusterProcesses({
      paths: { ownClusters, owners: join(folder, "owners") },
      environment: { childEnvironment: {} },
      containers,
      log,
    });
    await clusters.close("bob");
    expect(asked).toBe(0);
    mkdirSync(join(ownClusters, "ada"), { recursive: true });
    await expect(clusters.close("ada")).rejects.toThrow();
    expect([asked, existsSync(join(ownClusters, "ada"))]).toEqual([1, true]);
    ending.close();
    await once(ending, "close");
    // With the process are its pods gone.
    await clusters.close("ada");
    expect(existsSync(join(ownClusters, "ada"))).toBe(false);
    await clusters.stop();
  } finally {
    ending.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
