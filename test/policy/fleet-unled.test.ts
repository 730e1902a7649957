import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from "../../kubernetes/node/client-library.js";
import { kubeconfigText } from "../kubernetes/policy/cut-off.js";
import { ENGINE } from "../kubernetes/policy/fleet-objects.js";
import { gone } from "../kubernetes/policy/suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "../kubernetes/policy/tmc-world.js";

const organization = "unled-org";
const clusters: Cluster[] = [];
const [home, member] = [new KubeConfig(), new KubeConfig()];
let folder = "";
let world: TmcWorldOnCluster;

// No server leads here: no controller is started.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-unled-"));
  for (const [index, kubeConfig] of [home, member].entries()) {
    const cluster = await startCluster({ dataDir: join(folder, String(index)) });
    clusters.push(cluster);
    kubeConfig.loadFromFile(cluster.kubeconfigPath);
  }
  world = await startTmcWorld(home, {
    organization,
    workspace: "unled-ws",
    members: { allowed: ["127.0.0.1"] },
  });
});

afterAll(async () => {
  world?.close();
  for (const cluster of clusters) await cluster.close();
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

it("takes another kubeconfig for a cluster that is attached, and takes the engine away though no server leads", async () => {
  const body = { cluster: { fullName: { name: "east" } }, kubeconfig: await kubeconfigText(member) };
  expect((await world.rest("POST", "clusters", body)).status).toBe(200);
  const core = home.makeApiClient(CoreV1Api);
  const at = { namespace: "lectern-policy-engine", name: `member-${organization}.east` };
  const kept = async () => (await core.readNamespacedSecret(at)).data?.["kubeconfig"];
  const before = await kept();
  const renewed = { ...body, kubeconfig: `${body.kubeconfig}\n` };
  expect((await world.rest("POST", "clusters", renewed)).status).toBe(200);
  expect(await kept()).not.toBe(before);
  const objects = KubernetesObjectApi.makeApiClient(member);
  expect(await gone(objects.read(ENGINE))).toBe(undefined);
  expect((await world.rest("DELETE", "clusters/east")).status).toBe(200);
  await expect.poll(() => gone(objects.read(ENGINE))).toBe(true);
  await expect.poll(() => gone(core.readNamespacedSecret(at))).toBe(true);
});
