import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { describeBadInput } from "../kubernetes/policy/bad-input-suite.js";
import { describeRandomImages } from "../kubernetes/policy/random-images-suite.js";
import { describeTerraform } from "../kubernetes/policy/terraform-suite.js";

describe("the embedded cluster", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-policy-bad-input-"));
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

  describeBadInput("holds against two editors and changing labels", () => ({ kubeConfig }));
  describeRandomImages("judges random images as the evaluator does", () => ({ kubeConfig }));
  describeTerraform("answers the provider of Terraform", () => ({ kubeConfig }));
});
