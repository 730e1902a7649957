import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { describeFleet } from "../kubernetes/policy/fleet-suite.js";

describe("three embedded clusters", () => {
  let folder = "";
  const clusters: Cluster[] = [];
  const kubeConfigs: [KubeConfig, KubeConfig, KubeConfig] = [
    new KubeConfig(),
    new KubeConfig(),
    new KubeConfig(),
  ];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lectern-fleet-"));
    for (const [index, kubeConfig] of kubeConfigs.entries()) {
      const cluster = await startCluster({ dataDir: join(folder, String(index)) });
      clusters.push(cluster);
      kubeConfig.loadFromFile(cluster.kubeconfigPath);
    }
  });

  afterAll(async () => {
    for (const cluster of clusters) await cluster.close();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  describeFleet("follow one set of policies", () => {
    const [home, east, west] = kubeConfigs;
    return { home, members: [east, west] };
  });
});
