import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, type CustomObjectsApi, KubeConfig } from "../../kubernetes/node/client-library.js";
import { ORGANIZATION_LABEL } from "../../policy/common/engine-names.js";
import type { ClusterClient } from "../../policy/node/cluster-client.js";
import { createPolicyContext, type PolicyContext } from "../../policy/node/context.js";
import { createHierarchyStore } from "../../policy/node/hierarchy-store.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { updatePolicy } from "../../policy/node/policies.js";
import { createPolicyService, type PolicyService } from "../../policy/node/policy-service.js";
import { eventually, makeOwner, refusalText, silent } from "../kubernetes/policy/suite-cluster.js";

const organization = "lab-at-once";
const namespace = organization;
const workspace = "at-once-ws";
const place = { organization, workspace };
const at = { organization, cluster: "at-once-cluster", namespace };

const blocking = (name: string, imageName: string) => ({
  fullName: { name },
  spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } },
});

type Core = CoreV1Api;

/** The same client, with some of its calls done otherwise. */
const withCalls = (
  client: ClusterClient,
  { core = {}, custom = {} }: { core?: Partial<Core>; custom?: Partial<CustomObjectsApi> },
): ClusterClient => ({
  ...client,
  core: Object.assign(Object.create(client.core) as Core, core),
  custom: Object.assign(Object.create(client.custom) as CustomObjectsApi, custom),
});

/** Writes down which lists are exact, by what they are of. */
const countingExact = (exact: string[]) => (client: ClusterClient) => {
  const list: CustomObjectsApi["listClusterCustomObject"] = (request) => {
    if (request.resourceVersion === undefined) exact.push(request.plural);
    return client.custom.listClusterCustomObject(request);
  };
  return { custom: { listClusterCustomObject: list } as Partial<CustomObjectsApi> };
};

describe("a change of a policy that is waited for", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-policy-at-once-"));
  const kubeConfig = new KubeConfig();
  let cluster: Cluster | undefined;
  let core: CoreV1Api;
  let others: PolicyService;

  const isRefused = async (image: string): Promise<boolean> =>
    (await refusalText(
      core.createNamespacedPod({
        namespace,
        body: { metadata: { name: "bare" }, spec: { containers: [{ name: "main", image }] } },
        dryRun: "All",
      }),
    )) !== "";

  /** A server that has changed the policy once, over a client with calls of the test's. */
  const openServer = async (calls: (client: ClusterClient) => Parameters<typeof withCalls>[1]) => {
    const context = await createPolicyContext(kubeConfig, silent);
    const client = withCalls(context.client, calls(context.client));
    const server: PolicyContext = { ...context, client, store: createHierarchyStore(client) };
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "alpine"));
    return server;
  };

  beforeAll(async () => {
    cluster = await startCluster({ dataDir });
    kubeConfig.loadFromFile(cluster.kubeconfigPath);
    core = kubeConfig.makeApiClient(CoreV1Api);
    await installPolicyEngine({ kubeConfig });
    others = await createPolicyService({ kubeConfig, logger: silent });
    const owner = await makeOwner(core);
    const metadata = { name: namespace, labels: { [ORGANIZATION_LABEL]: organization } };
    await core.createNamespace({ body: { metadata } });
    await others.createOrganization(organization, owner);
    await others.createWorkspace(organization, workspace, owner);
    await others.registerCluster(organization, at.cluster, owner);
    await others.createPolicy(place, blocking("own", "none"));
    await others.attachNamespace({ ...at, workspace });
    await eventually(() => core.readNamespacedServiceAccount({ namespace, name: "default" }));
  });

  afterAll(async () => {
    await cluster?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("waits for no list that has to hold everything up to this moment", async () => {
    const exact: string[] = [];
    const server = await openServer(countingExact(exact));
    exact.length = 0;
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "busybox"));
    expect([exact, await isRefused("busybox")]).toEqual([[], true]);
  });

  it("reads policies anew where others made the parameters newer than what it has seen", async () => {
    const exact: string[] = [];
    let meanwhile: (() => Promise<unknown>) | undefined;
    const server = await openServer((client) => ({
      ...countingExact(exact)(client),
      core: {
        readNamespacedConfigMap: async (request) => {
          const change = meanwhile;
          meanwhile = undefined;
          await change?.();
          return client.core.readNamespacedConfigMap(request);
        },
      },
    }));
    exact.length = 0;
    meanwhile = () => others.createPolicy(place, blocking("theirs", "evil"));
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "busybox"));
    expect(exact).toContain("imagepolicies");
    expect([await isRefused("evil"), await isRefused("busybox")]).toEqual([true, true]);
    await others.removePolicy({ ...place, name: "theirs" });
  });

  it("comes into force a moment later in a namespace that the API server had not heard of", async () => {
    const server = await openServer((client) => ({
      core: {
        listNamespace: async (request) => {
          const list = await client.core.listNamespace(request);
          return request?.resourceVersion === undefined ? list : Object.assign(list, { items: [] });
        },
      },
    }));
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "late"));
    await expect.poll(() => isRefused("late")).toBe(true);
  });
});
