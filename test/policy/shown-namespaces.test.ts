import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { CLUSTER_LABEL, MANAGED_LABEL, ORGANIZATION_LABEL } from "../../policy/common/engine-names.js";
import { createPolicyContext, type PolicyContext } from "../../policy/node/context.js";
import { attachNamespace, detachNamespace, listNamespaces } from "../../policy/node/namespaces.js";
import { listWorkspaces } from "../../policy/node/workspaces.js";
import { silent } from "../kubernetes/policy/suite-cluster.js";
import { startTmcWorld, type TmcWorldOnCluster } from "../kubernetes/policy/tmc-world.js";

const organization = "shown-org";
const workspace = "shown-ws";
const cluster = `${organization}-cluster`;
/** More than a page of the watch's first list. */
const MANY = 520;
const PARALLEL = 8;

let folder = "";
const started: Cluster[] = [];
let world: TmcWorldOnCluster;
let context: PolicyContext;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lectern-shown-"));
  started.push(await startCluster({ dataDir: folder }));
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(started[0]?.kubeconfigPath ?? "");
  world = await startTmcWorld(kubeConfig, { organization, workspace });
  context = await createPolicyContext(kubeConfig, silent);
  const names = Array.from({ length: MANY }, (_, number) => `many-${number}`);
  for (let at = 0; at < MANY; at += PARALLEL) await Promise.all(names.slice(at, at + PARALLEL).map(make));
});

afterAll(async () => {
  world?.close();
  for (const each of started) await each.close();
  rmSync(folder, { recursive: true, force: true });
});

async function make(name: string): Promise<void> {
  await world.core.createNamespace({ body: { metadata: { name, labels: owned(organization) } } });
}

function owned(owner: string) {
  return { [ORGANIZATION_LABEL]: owner };
}

const shown = async () => (await listNamespaces(context, { organization })).namespaces;
const namesShown = async () => (await shown()).map(({ fullName }) => fullName.name);

it("shows all of them, and at once what was made, attached and detached here", async () => {
  expect(await namesShown()).toHaveLength(MANY + 1);
  await make("by-another");
  await expect.poll(namesShown).toContain("by-another");
  const address = { organization, cluster, namespace: "by-another" };
  await attachNamespace(context, { ...address, workspace });
  const attached = async () =>
    (await listWorkspaces(context, organization)).find(({ fullName }) => fullName.name === workspace)?.status
      .namespaces;
  expect(await attached()).toEqual(["by-another"]);
  expect((await listNamespaces(context, { organization, cluster })).namespaces).toMatchObject([
    { fullName: { name: "by-another" }, spec: { workspaceName: workspace }, status: { managed: true } },
  ]);
  await detachNamespace(context, address);
  expect(await attached()).toEqual([]);
});

it("shows none of another organization, and none that is on its way", async () => {
  await world.core.createNamespace({
    body: { metadata: { name: "others", labels: owned("others-org") } },
  });
  await world.core.createNamespace({
    body: {
      metadata: { name: "held", labels: owned(organization), finalizers: ["example.com/held"] },
    },
  });
  await expect.poll(namesShown).toContain("held");
  await world.core.deleteNamespace({ name: "held" });
  await expect.poll(namesShown).not.toContain("held");
  expect(await namesShown()).not.toContain("others");
});

it("says of each what the cluster says of it", async () => {
  const name = "many-7";
  const labels = { [MANAGED_LABEL]: "true", [CLUSTER_LABEL]: cluster };
  const found = async () => (await shown()).find(({ fullName }) => fullName.name === name);
  const { metadata } = await world.core.readNamespace({ name });
  expect((await found())?.meta).toMatchObject({
    uid: metadata?.uid,
    resourceVersion: metadata?.resourceVersion,
    creationTime: metadata?.creationTimestamp?.toISOString(),
    labels: metadata?.labels,
  });
  const body = { metadata: { labels } };
  await world.core.patchNamespace({ name, body }, context.client.mergePatch);
  await expect.poll(async () => (await found())?.meta.labels).toMatchObject(labels);
});

it("asks a cluster that does not answer, however well it is known", async () => {
  expect(await namesShown()).toContain("many-1");
  const [stopped] = started.splice(0);
  await stopped?.close();
  await expect(shown()).rejects.toThrow("could not be asked");
});
