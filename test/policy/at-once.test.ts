import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import type { CoreV1Api, KubeConfig } from "../../kubernetes/node/client-library.js";
import { AUDIT_CONFIG_MAP } from "../../policy/common/engine-names.js";
import type { ClusterClient } from "../../policy/node/cluster-client.js";
import { createPolicyContext, type PolicyContext } from "../../policy/node/context.js";
import { createHierarchyStore } from "../../policy/node/hierarchy-store.js";
import { listHistory } from "../../policy/node/history/read-history.js";
import { recordChange } from "../../policy/node/history/record-change.js";
import { createPolicy, getPolicy, updatePolicy } from "../../policy/node/policies.js";
import type { PolicyService } from "../../policy/node/policy-service.js";
import { PolicyStatuses } from "../../policy/node/policy-statuses.js";
import type { ImagePolicySpec } from "../../policy/node/records.js";
import {
  type AttachedWorkspace,
  namesOf,
  startAttachedWorkspace,
} from "../kubernetes/policy/attached-workspace.js";
import { eventually, labelNamespace, silent } from "../kubernetes/policy/suite-cluster.js";
import { counting, countingExact, type OtherCalls, withCalls } from "./counted-calls.js";

const { organization, workspace, namespace, place } = namesOf("at-once");

const blocking = (name: string, imageName: string) => ({
  fullName: { name },
  spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } },
});

const onDryRun = (name: string, imageName: string) => ({
  fullName: { name },
  spec: { recipe: "custom", input: { audit: true, effect: "block", rules: [{ imageName }] } },
});

const costly = (name: string, count: number) => {
  const rules = Array.from({ length: count }, (_, index) => ({ imageName: `${name}*${index}` }));
  return { fullName: { name }, spec: { recipe: "custom", input: { effect: "block", rules } } };
};

const isWritten = async ({ store }: PolicyContext): Promise<boolean> => {
  const stored = await store.get("imagepolicies", `${organization}.${workspace}.own`);
  const { observedGeneration, inForce } = stored?.status ?? {};
  return inForce === true && observedGeneration === stored?.metadata.generation;
};

describe("a change of a policy that is waited for", () => {
  let attached: AttachedWorkspace | undefined;
  let kubeConfig: KubeConfig;
  let core: CoreV1Api;
  let others: PolicyService;
  let isRefused: AttachedWorkspace["isRefused"];

  /** A server that has changed the policy once, over a client with calls of the test's. */
  const openServer = async (calls: (client: ClusterClient) => OtherCalls) => {
    const context = await createPolicyContext(kubeConfig, silent);
    const client = withCalls(context.client, calls(context.client));
    const store = createHierarchyStore(client);
    const server: PolicyContext = { ...context, client, store, statuses: new PolicyStatuses(store, silent) };
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "alpine"));
    return server;
  };

  beforeAll(async () => {
    attached = await startAttachedWorkspace("at-once", [blocking("own", "none")]);
    ({ kubeConfig, core, service: others, isRefused } = attached);
  });

  afterAll(() => attached?.close());

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

  /** A server that has made the parameters itself, and knows of what. */
  const openKnowing = async (calls: (client: ClusterClient) => OtherCalls) => {
    const server = await openServer(calls);
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "redis"));
    expect(server.scopes.get(place)).toBeDefined();
    await expect.poll(() => isWritten(server)).toBe(true);
    return server;
  };

  it("reads no policies again after it has made the parameters of them", async () => {
    const calls: string[] = [];
    const server = await openKnowing((client) => counting(calls, client));
    calls.length = 0;
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "nginx"));
    expect(calls.filter((call) => call !== "createNamespacedPod").toSorted()).toEqual([
      "createClusterCustomObject",
      // The exceptions, while the policy is written.
      "listClusterCustomObject",
      "replaceClusterCustomObject",
      "replaceNamespacedConfigMap",
    ]);
    expect(await isRefused("nginx")).toBe(true);
  });

  it.each<[string, boolean, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      "set another policy",
      true,
      () => others.createPolicy(place, blocking("theirs", "evil")),
      () => others.removePolicy({ ...place, name: "theirs" }),
    ],
    [
      "labelled the namespace",
      true,
      async () => {
        const only = { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] };
        const theirs = blocking("theirs", "evil");
        await others.createPolicy(place, { ...theirs, spec: { ...theirs.spec, namespaceSelector: only } });
        await labelNamespace(core, namespace, { env: "prod" });
      },
      () => others.removePolicy({ ...place, name: "theirs" }),
    ],
    [
      "changed the policy",
      false,
      () => others.updatePolicy({ ...place, name: "own" }, blocking("own", "evil")),
      () => Promise.resolve(),
    ],
  ])("is held to what others did since it made them: they %s", async (_what, isStillRefused, act, undo) => {
    const server = await openKnowing(() => ({}));
    await act();
    await updatePolicy(server, { ...place, name: "own" }, blocking("own", "busybox"));
    expect([await isRefused("evil"), await isRefused("busybox")]).toEqual([isStillRefused, true]);
    await undo();
  });

  it("lets no policy grow over what a namespace bears beside those that others set since it made the parameters", async () => {
    const server = await openKnowing(() => ({}));
    await others.createPolicy(place, costly("theirs", 15));
    await expect(updatePolicy(server, { ...place, name: "own" }, costly("own", 11))).rejects.toMatchObject({
      code: "POLICY_INVALID",
    });
    await others.removePolicy({ ...place, name: "theirs" });
  });

  it("refuses the second of two editors who began with the same version, and changes a policy that was made anew", async () => {
    const address = { ...place, name: "own" };
    const server = await openKnowing(() => ({}));
    const { meta } = await getPolicy(server, address);
    await others.updatePolicy(address, { ...blocking("own", "theirs"), meta });
    await expect(updatePolicy(server, address, { ...blocking("own", "mine"), meta })).rejects.toMatchObject({
      code: "POLICY_CONFLICT",
    });
    expect([await isRefused("theirs"), await isRefused("mine")]).toEqual([true, false]);
    await others.removePolicy(address);
    await expect(updatePolicy(server, address, blocking("own", "mine"))).rejects.toMatchObject({
      code: "POLICY_NOT_FOUND",
    });
    await others.createPolicy(place, blocking("own", "anew"));
    await updatePolicy(server, address, blocking("own", "mine"));
    expect([await isRefused("anew"), await isRefused("mine")]).toEqual([false, true]);
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
