import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { soleLeadership } from "../../kubernetes/node/leader-election.js";
import type { ClusterView } from "../../policy/common/cluster-api.js";
import { memberElections } from "../../server/member-elections.js";
import { startPolicies } from "../../server/policies.js";
import { createPod, ENGINE } from "../kubernetes/policy/fleet-objects.js";
import { gone, refusalText } from "../kubernetes/policy/suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "../kubernetes/policy/tmc-world.js";

const organization = "given-org";
const workspace = "given-ws";
const REST_PATH = `workspaces/${workspace}/policies`;
const [home, far] = [new KubeConfig(), new KubeConfig()];
const given = new Map([["far", far]]);
const clusters: Cluster[] = [];
let ends: (() => Promise<unknown>)[] = [];
let folder = "";
let world: TmcWorldOnCluster;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-given-"));
  for (const [index, kubeConfig] of [home, far].entries()) {
    const cluster = await startCluster({ dataDir: join(folder, String(index)) });
    clusters.push(cluster);
    kubeConfig.loadFromFile(cluster.kubeconfigPath);
  }
  const core = home.makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name: "lectern-system" } } }).catch(() => undefined);
  world = await startTmcWorld(home, { organization, workspace, members: { given } });
});

afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

afterAll(async () => {
  world?.close();
  for (const cluster of clusters) await cluster.close();
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

/** One of several servers: whether it leads and what it was given is its own, the cluster is that of all. */
async function startServer(
  identity: string,
  { leads = false, has = false }: { leads?: boolean; has?: boolean },
): Promise<{ end: () => Promise<unknown> }> {
  const log = pino({ level: "silent" });
  const client = new KubernetesClient(home);
  const policies = await startPolicies(home, log, { members: has ? { given } : {} });
  const elections = memberElections({ client, server: "given", identity, log });
  const leading = soleLeadership();
  const leadership = leads ? leading : { ...leading, isLeader: false, whileLeading: () => undefined };
  policies.control(leadership, elections);
  const end = () => Promise.all([elections.close(), leading.close()]);
  ends.push(end);
  return { end };
}

const clusterNow = async () => (await world.rest("GET", "clusters/far")).body["cluster"] as ClusterView;
const stateNow = async () => (await clusterNow()).status.sync.state;
const refusal = (image: string) =>
  refusalText(createPod(far.makeApiClient(CoreV1Api), { namespace: organization, image, dryRun: true }));
const block = (method: string, path: string, imageName: string) =>
  world.rest(method, path, {
    policy: {
      fullName: { name: "blocked" },
      spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } },
    },
  });

it("is kept in step by a server that has its kubeconfig, whichever leads, and by another that has when that one goes", async () => {
  await startServer("leads", { leads: true });
  const first = await startServer("first", { has: true });
  const attached = await world.rest("POST", "clusters", { cluster: { fullName: { name: "far" } } });
  expect([attached.status, attached.body["message"]]).toEqual([200, undefined]);
  await expect.poll(stateNow).toBe("InForce");
  const at = ["-n", organization, "-k", workspace, "-c", "far"];
  expect((await world.tmc("cluster", "namespace", "attach", ...at)).err).toBe("");
  expect((await block("POST", REST_PATH, "library/busybox")).status).toBe(200);
  await expect.poll(() => refusal("busybox")).toContain("[blocked]");
  await expect.poll(stateNow).toBe("InForce");

  await first.end();
  // Nobody who is left has its kubeconfig: the one that leads says so, and stands for nothing that it cannot do.
  await expect.poll(async () => (await clusterNow()).status.message).toContain("--member far=FILE");
  expect(await stateNow()).toBe("Unreachable");
  expect((await block("PUT", `${REST_PATH}/blocked`, "library/alpine")).status).toBe(200);
  expect(await refusal("busybox")).toContain("[blocked]");

  const second = await startServer("second", { has: true });
  await expect.poll(() => refusal("alpine")).toContain("[blocked]");
  await expect.poll(stateNow).toBe("InForce");
  expect(await refusal("busybox")).toBe("");
  expect((await clusterNow()).status.message).toBeUndefined();

  await second.end();
  // What it said when the first one had gone is news again.
  await expect.poll(stateNow).toBe("Unreachable");
});

it("is left to whoever keeps it where the cluster cannot be asked who that is", async () => {
  const away = new KubeConfig();
  away.loadFromClusterAndUser(
    { name: "c", server: "https://127.0.0.1:1", skipTLSVerify: true },
    { name: "u" },
  );
  const client = new KubernetesClient(away);
  const log = pino({ level: "silent" });
  expect(await memberElections({ client, server: "given", identity: "lost", log }).isKept("far")).toBe(true);
  client.close();
});

it("is cleared by a server that has its kubeconfig, while one without it leads", async () => {
  await startServer("leads-again", { leads: true });
  await startServer("third", { has: true });
  await expect.poll(stateNow).toBe("InForce");
  const at = ["-n", organization, "-c", "far"];
  expect((await world.tmc("cluster", "namespace", "detach", ...at)).err).toBe("");
  expect((await world.tmc("cluster", "detach", "far")).err).toBe("");
  await expect.poll(async () => (await world.rest("GET", "clusters/far")).status).toBe(404);
  const objects = KubernetesObjectApi.makeApiClient(far);
  await expect.poll(() => gone(objects.read(ENGINE))).toBe(true);
});
