import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { CoreV1Api, KubeConfig } from "../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { type ClusterClient, createClusterClient } from "../../policy/node/cluster-client.js";
import { installMemberEngine, installPolicyEngine } from "../../policy/node/install.js";
import { syncUntilInForce } from "../../policy/node/bring-into-force.js";
import { createPolicyContext } from "../../policy/node/context.js";
import { waitUntilInForce } from "../../policy/node/probe.js";
import { ENFORCED_CONFIG_MAP, MANAGED_LABEL } from "../../policy/common/engine-names.js";

/** What waits for it all the same is ended by the test's own deadline before. */
const deadlineMs = 60 * 60_000;

describe("waiting for policies that cannot come into force as they are", () => {
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
    await waitUntilInForce(client, "gone", { enforced: "1" }, { deadlineMs });
  });

  it("ends at once where the namespace is on its way", async () => {
    const namespace = "ending";
    await core.createNamespace({ body: { metadata: { name: namespace } } });
    const kept = { metadata: { name: "kept", finalizers: ["lectern.dev/kept-by-a-test"] } };
    await core.createNamespacedConfigMap({ namespace, body: kept });
    await core.deleteNamespace({ name: namespace });
    await waitUntilInForce(client, namespace, { enforced: "1" }, { deadlineMs });
  });

  it("goes on waiting where the namespace lives, and says at the deadline what it waited for", async () => {
    await core.createNamespace({ body: { metadata: { name: "living" } } });
    const waiting = waitUntilInForce(client, "living", { enforced: "1" }, { deadlineMs: 300 });
    await expect(waiting).rejects.toMatchObject({ code: "POLICY_NOT_IN_FORCE" });
  });

  it("comes to an end where somebody else changes the same objects before each of many tries", async () => {
    const tries = new Map<string, number>();
    const objects: ClusterClient["objects"] = Object.assign(Object.create(client.objects), {
      replace: async (manifest: Parameters<ClusterClient["objects"]["read"]>[0]) => {
        const name = `${manifest.kind ?? ""}/${manifest.metadata.name}`;
        const tried = tries.get(name) ?? 0;
        tries.set(name, tried + 1);
        if (tried < 6) {
          const found = await client.objects.read(manifest);
          const annotations = { ...found.metadata?.annotations, "example.com/try": String(tried) };
          Object.assign(found.metadata ?? {}, { annotations });
          await client.objects.replace(found);
        }
        return client.objects.replace(manifest);
      },
    });
    await installMemberEngine({ ...client, objects }, {});
    expect(new Set(tries.values())).toEqual(new Set([7]));
  });

  it("writes parameters again that are deleted while they are waited for", async () => {
    const namespace = "repaired";
    const metadata = { name: namespace, labels: { [MANAGED_LABEL]: "true" } };
    await core.createNamespace({ body: { metadata } });
    const deleting = deletingOnce(client, () =>
      core.deleteNamespacedConfigMap({ namespace, name: ENFORCED_CONFIG_MAP }),
    );
    const context = await createPolicyContext(kubeConfig, QUIET);
    await syncUntilInForce({ ...context, client: deleting }, namespace);
    await core.readNamespacedConfigMap({ namespace, name: ENFORCED_CONFIG_MAP });
  });
});

const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The same client, but the first time it asks the engine somebody deletes something just before. */
function deletingOnce(client: ClusterClient, deleteIt: () => Promise<unknown>): ClusterClient {
  const core = Object.create(client.core) as CoreV1Api;
  let isDeleted = false;
  core.createNamespacedPod = async (request) => {
    if (!isDeleted) await deleteIt();
    isDeleted = true;
    return client.core.createNamespacedPod(request);
  };
  return { ...client, core };
}
