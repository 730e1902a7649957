import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { describeLease } from "../kubernetes/policy/lease-suite.js";

describe("an embedded cluster that follows another", () => {
  let folder = "";
  const clusters: Cluster[] = [];
  const [home, member] = [new KubeConfig(), new KubeConfig()];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lectern-lease-"));
    for (const [index, kubeConfig] of [home, member].entries()) {
      const cluster = await startCluster({ dataDir: join(folder, String(index)) });
      clusters.push(cluster);
      kubeConfig.loadFromFile(cluster.kubeconfigPath);
    }
  });
  afterAll(async () => {
    for (const cluster of clusters) await cluster.close();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  describeLease("has a lease", () => ({ home, member }));
});
