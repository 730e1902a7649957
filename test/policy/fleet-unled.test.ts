import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
} from "../../kubernetes/node/client-library.js";
import { startPolicyController } from "../../policy/node/controller.js";
import { createPolicyContext } from "../../policy/node/context.js";
import { requireCluster } from "../../policy/node/find.js";
import { memberContext } from "../../policy/node/fleet/on-cluster.js";
import { takeEngineAway } from "../../policy/node/fleet/take-engine-away.js";
import { kubeconfigText, startCutOff } from "../kubernetes/policy/cut-off.js";
import { ENGINE } from "../kubernetes/policy/fleet-objects.js";
import { gone, silent } from "../kubernetes/policy/suite-cluster.js";
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

it("clears a cluster that was deleted while it was away and no server led, as soon as one leads and it is back", async () => {
  const east = await startCutOff(member);
  const ending = new AbortController();
  try {
    const body = {
      cluster: { fullName: { name: "later" } },
      kubeconfig: await kubeconfigText(east.kubeConfig),
    };
    expect((await world.rest("POST", "clusters", body)).status).toBe(200);
    const there = member.makeApiClient(CoreV1Api);
    await there.createNamespace({ body: { metadata: { name: "shop" } } });
    const attaching = await world.tmc(
      "cluster",
      "namespace",
      "attach",
      "-n",
      "shop",
      "-k",
      "unled-ws",
      "-c",
      "later",
    );
    expect([attaching.status, attaching.err]).toEqual([0, ""]);
    east.cut();
    // As the garbage collector does when an organization is deleted in the foreground: what is owned goes first.
    await home.makeApiClient(CustomObjectsApi).deleteClusterCustomObject({
      group: "policy.lectern.dev",
      version: "v1alpha1",
      plural: "managedclusters",
      name: `${organization}.later`,
      propagationPolicy: "Foreground",
    });
    const clusterNow = async () => (await world.rest("GET", "clusters/later")).body["cluster"];
    expect(await clusterNow()).toMatchObject({
      status: { phase: "DETACHING", sync: { state: "Detaching" } },
    });
    const again = await world.tmc(
      "cluster",
      "attach",
      "anew",
      "--kubeconfig",
      world.file("m.yaml", body.kubeconfig),
    );
    expect(again.status).toBe(1);
    const waiting = await world.tmc("cluster", "detach", "later");
    expect([waiting.status, waiting.out]).toEqual([0, expect.stringContaining("is being detached")]);
    const attachingMore = await world.tmc(
      "cluster",
      "namespace",
      "attach",
      "-n",
      "x",
      "-k",
      "unled-ws",
      "-c",
      "later",
    );
    expect([attachingMore.status, attachingMore.err]).toEqual([
      1,
      expect.stringContaining("is being detached"),
    ]);
    await startPolicyController({ kubeConfig: home, logger: silent, signal: ending.signal });
    await expect
      .poll(clusterNow)
      .toMatchObject({ status: { health: "DISCONNECTED", message: expect.stringMatching(/\S/) } });
    const objects = KubernetesObjectApi.makeApiClient(member);
    expect(await gone(objects.read(ENGINE))).toBe(undefined);
    east.mend();
    await expect.poll(clusterNow).toBe(undefined);
    expect(await gone(objects.read(ENGINE))).toBe(true);
    const secret = { namespace: "lectern-policy-engine", name: `member-${organization}.later` };
    await expect.poll(() => gone(home.makeApiClient(CoreV1Api).readNamespacedSecret(secret))).toBe(true);
    const { metadata } = await there.readNamespace({ name: "shop" });
    expect(metadata?.labels).toEqual({ "kubernetes.io/metadata.name": "shop" });
  } finally {
    ending.abort();
    east.close();
  }
});

it("forgets one that cannot be cleared where it is told to, and says what stays behind", async () => {
  const east = await startCutOff(member);
  const attach = async () => {
    const body = {
      cluster: { fullName: { name: "lost" } },
      kubeconfig: await kubeconfigText(east.kubeConfig),
    };
    return (await world.rest("POST", "clusters", body)).status;
  };
  try {
    expect(await attach()).toBe(200);
    east.cut();
    // Whether it is away for good nobody has looked.
    const first = await world.tmc("cluster", "detach", "lost", "--force");
    expect([first.status, first.out]).toEqual([
      0,
      expect.stringContaining("tmc cluster detach lost --force"),
    ]);
    expect((await world.tmc("cluster", "list")).out).toMatch(/^lost .* DETACHING .* detaching/m);
    const second = await world.tmc("cluster", "detach", "lost", "--force");
    expect([second.status, second.out]).toEqual([
      0,
      expect.stringMatching(/lectern uninstall --kubeconfig FILE.*nothing is judged there any more/),
    ]);
    expect((await world.rest("GET", "clusters/lost")).status).toBe(404);
    const at = { namespace: "lectern-policy-engine", name: `member-${organization}.lost` };
    await expect.poll(() => gone(home.makeApiClient(CoreV1Api).readNamespacedSecret(at))).toBe(true);
    const objects = KubernetesObjectApi.makeApiClient(member);
    expect(await gone(objects.read(ENGINE))).toBe(undefined);
    east.mend();
    expect(await attach()).toBe(200);
    expect((await world.tmc("cluster", "detach", "lost")).out).toContain("detached successfully");
    expect(await gone(objects.read(ENGINE))).toBe(true);
  } finally {
    east.close();
  }
});

it("takes nothing away that somebody attached anew, though it was still taking away for whoever was there before", async () => {
  const attach = async (name: string) => {
    const body = { cluster: { fullName: { name } }, kubeconfig: await kubeconfigText(member) };
    expect((await world.rest("POST", "clusters", body)).status).toBe(200);
  };
  await attach("before");
  const context = await createPolicyContext(home, silent, { allowed: ["127.0.0.1"] });
  const before = await requireCluster(context, organization, "before");
  const opened = await memberContext(context, before);
  let deletions = 0;
  // Of two servers that clear one cluster, this one is the slower.
  const delayed = Object.create(opened.client.objects, {
    delete: {
      value: async (object: typeof ENGINE) => {
        if (deletions++ === 0) {
          expect((await world.rest("DELETE", "clusters/before")).status).toBe(200);
          await attach("after");
        }
        return opened.client.objects.delete(object);
      },
    },
  }) as typeof opened.client.objects;
  const late = { ...opened, client: { ...opened.client, objects: delayed } };
  await takeEngineAway(context, late, before);
  const objects = KubernetesObjectApi.makeApiClient(member);
  expect(deletions).toBe(1);
  expect(await gone(objects.read(ENGINE))).toBe(undefined);
  expect((await world.rest("DELETE", "clusters/after")).status).toBe(200);
});
