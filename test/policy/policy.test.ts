import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { describeAudit } from "../kubernetes/policy/audit-suite.js";
import { describeExceptions } from "../kubernetes/policy/exceptions-suite.js";
import { describeHistory } from "../kubernetes/policy/history-suite.js";
import { describeOpenApi } from "../kubernetes/policy/openapi-suite.js";
import { describePolicies } from "../kubernetes/policy/policy-suite.js";
import { describePreview } from "../kubernetes/policy/preview-suite.js";
import { describeRoles } from "../kubernetes/policy/roles-suite.js";
import { describeTmc } from "../kubernetes/policy/tmc-suite.js";
import { describeTmcScripts } from "../kubernetes/policy/tmc-scripts-suite.js";

describe("the embedded cluster", () => {
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

  describePolicies("enforces image policies", () => ({ kubeConfig }));
  describeTmc("answers tmc and REST", () => ({ kubeConfig }));
  describeAudit("audits what runs", () => ({ kubeConfig }));
  describePreview("says before what a change does", () => ({ kubeConfig }));
  describeExceptions("makes exceptions", () => ({ kubeConfig }));
  describeRoles("lets everybody do what their roles say", () => ({ kubeConfig }));
  describeHistory("keeps what was changed", () => ({ kubeConfig }));
  describeOpenApi("is what its document says", () => ({ kubeConfig }));
  describeTmcScripts("runs the scripts people have", () => ({ kubeConfig }));
});
