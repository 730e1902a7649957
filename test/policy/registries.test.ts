import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { describeRegistries } from "../kubernetes/policy/registries-suite.js";
import { describeSignatures } from "../kubernetes/policy/signatures-suite.js";

describe("on the embedded cluster, registries", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-registries-"));
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

  describeRegistries("tell of tags", () => ({ kubeConfig }));
  describeSignatures("tell who signed images, which", () => ({ kubeConfig }));
});
