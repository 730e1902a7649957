import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { type ClusterClient, createClusterClient } from "../../policy/node/cluster-client.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { waitUntilInForce } from "../../policy/node/probe.js";

/** Far below the deadline of 15 s, far above what the answer takes on a busy machine. */
const AT_ONCE_MS = 4000;

describe("waiting for policies in a namespace that ends", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-policy-ending-"));
  const kubeConfig = new KubeConfig();
  let cluster: Cluster | undefined;
  let client: ClusterClient;
  let core: CoreV1Api;

  beforeAll(async () => {
    cluster = await startCluster({ dataDir });
    kubeConfig.loadFromFile(cluster.kubeconfigPath);
    await installPolicyEngine({ kubeConfig });
    client = await createClusterClient(kubeConfig);
    core = kubeConfig.makeApiClient(CoreV1Api);
  });

  afterAll(async () => {
    await cluster?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("ends at once where the namespace is gone, so that others do not wait behind it", async () => {
    await expect(millisecondsOf(waitUntilInForce(client, "gone", { enforced: "1" }))).resolves.toBeLessThan(
      AT_ONCE_MS,
    );
  });

  it("ends at once where the namespace is on its way", async () => {
    const namespace = "ending";
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    const kept = { metadata: { name: "kept", finalizers: ["lectern.dev/kept-by-a-test"] } };
    await core.createNamespacedConfigMap({ namespace, body: kept });
    await core.deleteNamespace({ name: namespace });
    await expect(
      millisecondsOf(waitUntilInForce(client, namespace, { enforced: "1" })),
    ).resolves.toBeLessThan(AT_ONCE_MS);
  });

  it("goes on waiting where the namespace lives, and says at the deadline what it waited for", async () => {
    await core.createNamespace({ body: { metadata: { name: "living" } } });
    const waiting = waitUntilInForce(client, "living", { enforced: "1" }, { deadlineMs: 300 });
    await expect(waiting).rejects.toMatchObject({ code: "POLICY_NOT_IN_FORCE" });
  });
});

async function millisecondsOf(work: Promise<void>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}
