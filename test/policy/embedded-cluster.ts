import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { KubeConfig } from "../../kubernetes/node/client-library.js";

/** Runs suites on one embedded cluster of their own; they may ask for its `kubeConfig` once their tests run. */
export function describeOnEmbeddedCluster(
  title: string,
  suites: (target: () => { kubeConfig: KubeConfig }) => void,
): void {
  describe(title, () => {
    const dataDir = mkdtempSync(join(tmpdir(), "lectern-policy-"));
    const kubeConfig = new KubeConfig();
    let cluster: Cluster | undefined;

    beforeAll(async () => {
      cluster = await startCluster({ dataDir });
      kubeConfig.loadFromFile(cluster.kubeconfigPath);
    });

    afterAll(async () => {
      await cluster?.close();
      rmSync(dataDir, { recursive: true, force: true });
    });

    suites(() => ({ kubeConfig }));
  });
}
