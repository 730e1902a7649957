import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, type CustomObjectsApi, KubeConfig } from "../../kubernetes/node/client-library.js";
import { AUDIT_CONFIG_MAP, ORGANIZATION_LABEL } from "../../policy/common/engine-names.js";
import type { ClusterClient } from "../../policy/node/cluster-client.js";
import { createPolicyContext, type PolicyContext } from "../../policy/node/context.js";
import { createHierarchyStore } from "../../policy/node/hierarchy-store.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { listHistory } from "../../policy/node/history/read-history.js";
import { recordChange } from "../../policy/node/history/record-change.js";
import { createPolicy, getPolicy, updatePolicy } from "../../policy/node/policies.js";
import { createPolicyService, type PolicyService } from "../../policy/node/policy-service.js";
import { PolicyStatuses } from "../../policy/node/policy-statuses.js";
import type { ImagePolicySpec } from "../../policy/node/records.js";
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

const onDryRun = (name: string, imageName: string) => ({
  fullName: { name },
  spec: { recipe: "custom", input: { audit: true, effect: "block", rules: [{ imageName }] } },
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

/** Writes down what is called, but for the status, which is written when the server has answered. */
const counting = (
  calls: string[],
  client: ClusterClient,
): { core: Partial<Core>; custom: Partial<CustomObjectsApi> } => {
  const told = <T extends object>(api: T, names: (keyof T & string)[]) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        (...given: unknown[]) => {
          calls.push(name);
          return (api[name] as (...args: unknown[]) => unknown).apply(api, given);
        },
      ]),
    ) as Partial<T>;
  return {
    core: told(client.core, [
      "readNamespace",
      "readNamespacedConfigMap",
      "replaceNamespacedConfigMap",
      "createNamespacedPod",
    ]),
    custom: told(client.custom, [
      "getClusterCustomObject",
      "listClusterCustomObject",
      "createClusterCustomObject",
      "replaceClusterCustomObject",
    ]),
  };
};

const isWritten = async ({ store }: PolicyContext): Promise<boolean> => {
  const stored = await store.get("imagepolicies", `${organization}.${workspace}.own`);
  const { observedGeneration, inForce } = stored?.status ?? {};
  return inForce === true && observedGeneration === stored?.metadata.generation;
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
    const store = createHierarchyStore(client);
    const server: PolicyContext = { ...context, client, store, statuses: new PolicyStatuses(store, silent) };
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

  it.each([
    ["reads anew where others wrote the parameters since it did", "replaceNamespacedConfigMap"],
    [
      "reads policies anew where others made the parameters newer than what it has seen",
      "readNamespacedConfigMap",
    ],
  ] as const)("%s", async (_title, call) => {
    const exact: string[] = [];
    let meanwhile: (() => Promise<unknown>) | undefined;
    const server = await openServer((client) => {
      const whenOthersDid = (request: never) => client.core[call](request);
      const changing: typeof whenOthersDid = async (request) => {
        const change = meanwhile;
        meanwhile = undefined;
        await change?.();
        return whenOthersDid(request);
      };
      return { ...countingExact(exact)(client), core: { [call]: changing } };
    });
    // What it made itself it does not read.
    if (call === "readNamespacedConfigMap") server.client.parameters.forget(namespace);
    exact.length = 0;
    meanwhile = () => others.createPolicy(place, blocking("theirs", "evil"));
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "busybox"));
    expect(meanwhile).toBeUndefined();
    expect(exact).toContain("imagepolicies");
    expect([await isRefused("evil"), await isRefused("busybox")]).toEqual([true, true]);
    await others.removePolicy({ ...place, name: "theirs" });
  });

  it("asks for little more than the change, the parameters and the engine's word", async () => {
    const calls: string[] = [];
    const server = await openServer((client) => counting(calls, client));
    // Its status, which is written after that, is no part of what is counted.
    await expect.poll(() => isWritten(server)).toBe(true);
    calls.length = 0;
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "nginx"));
    const after = calls.slice(calls.indexOf("replaceClusterCustomObject"));
    const own = after.filter((call) => call !== "createNamespacedPod");
    expect(own.toSorted()).toEqual([
      "createClusterCustomObject",
      "getClusterCustomObject",
      "replaceClusterCustomObject",
      "replaceNamespacedConfigMap",
    ]);
    expect(await isRefused("nginx")).toBe(true);
  });

  it("leaves what others put meanwhile into the parameters of dry runs, where it has nothing more for them", async () => {
    let meanwhile: (() => Promise<unknown>) | undefined;
    const server = await openServer((client) => ({
      core: {
        deleteNamespacedConfigMap: async (request) => {
          const change = meanwhile;
          meanwhile = undefined;
          await change?.();
          return client.core.deleteNamespacedConfigMap(request);
        },
      },
    }));
    await createPolicy(server, place, onDryRun("tried", "httpd"));
    meanwhile = () => others.createPolicy(place, onDryRun("theirs", "evil"));
    await updatePolicy(server, { ...place, name: "tried" }, blocking("tried", "httpd"));
    expect(meanwhile).toBeUndefined();
    const { data } = await core.readNamespacedConfigMap({ namespace, name: AUDIT_CONFIG_MAP });
    expect(data?.["policies"]).toContain("|theirs|");
    expect(await isRefused("httpd")).toBe(true);
    for (const name of ["tried", "theirs"]) await others.removePolicy({ ...place, name });
  });

  it("nudges what was refused also where the parameters of dry runs are gone, so that it has to look again", async () => {
    const server = await openServer(() => ({}));
    await createPolicy(server, place, onDryRun("tried", "httpd"));
    const soon = vi.spyOn(server.followUps, "soon");
    await core.deleteNamespacedConfigMap({ namespace, name: AUDIT_CONFIG_MAP });
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "busybox"));
    expect(soon.mock.calls.map(([key]) => key)).toContain(`nudge//${namespace}`);
    await others.removePolicy({ ...place, name: "tried" });
  });

  it("is in force for whoever asks any server, as soon as one has answered, and writes that down", async () => {
    const server = await openServer(() => ({}));
    const address = { ...place, name: "own" };
    expect((await updatePolicy(server, address, blocking("own", "alpine"))).status.inForce).toBe(true);
    const seen = await Promise.all([getPolicy(server, address), others.getPolicy(address)]);
    expect(seen.map(({ status }) => status.inForce)).toEqual([true, true]);
    const listed = await others.listPolicies(place);
    expect(listed.map(({ status }) => status.inForce)).toEqual([true]);
    await expect.poll(() => isWritten(server)).toBe(true);
  });

  it("numbers the changes as they follow each other, also after one that was made in the cluster itself", async () => {
    const server = await openServer(() => ({}));
    const address = { ...place, name: "own" };
    const newest = async () => {
      const [change] = await listHistory(server, { ...place, kind: "policy", name: "own" });
      return { revision: change?.revision ?? 0, user: change?.user };
    };
    const before = await newest();
    await updatePolicy(server, address, blocking("own", "one"), { user: "alice" });
    expect(await newest()).toEqual({ revision: before.revision + 1, user: "alice" });
    // The status is written meanwhile.
    const changed = await eventually(async () => {
      const stored = await server.store.get<ImagePolicySpec>(
        "imagepolicies",
        `${organization}.${workspace}.own`,
      );
      const byHand = stored && { ...stored, spec: { ...stored.spec, description: "by hand" } };
      return byHand && (await server.store.replace("imagepolicies", byHand));
    });
    await recordChange(server, "imagepolicies", changed);
    expect(await newest()).toEqual({ revision: before.revision + 2, user: "" });
    await updatePolicy(server, address, blocking("own", "two"), { user: "bob" });
    expect(await newest()).toEqual({ revision: before.revision + 3, user: "bob" });
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
