import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { CoreV1Api, CustomObjectsApi, KubeConfig } from "../../kubernetes/node/client-library.js";
import { ENFORCED_CONFIG_MAP, POLICY_GROUP, POLICY_VERSION } from "../../policy/common/engine-names.js";
import { createPolicyContext, type PolicyContext } from "../../policy/node/context.js";
import { createHierarchyStore } from "../../policy/node/hierarchy-store.js";
import { startPolicyController } from "../../policy/node/controller.js";
import { updatePolicy } from "../../policy/node/policies.js";
import type { PolicyService } from "../../policy/node/policy-service.js";
import {
  type AttachedWorkspace,
  namesOf,
  startAttachedWorkspace,
} from "../kubernetes/policy/attached-workspace.js";
import { silent } from "../kubernetes/policy/suite-cluster.js";

const { organization, workspace, namespace, place } = namesOf("saved-once");
const address = { ...place, name: "own" };
const stored = `${organization}.${workspace}.own`;

const blocking = (imageName: string) => ({
  fullName: { name: "own" },
  spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } },
});

const managersOf = ({ metadata }: { metadata?: { managedFields?: { manager?: string }[] } } = {}) =>
  (metadata?.managedFields ?? []).map(({ manager }) => manager);

describe("a policy that is saved", () => {
  let attached: AttachedWorkspace | undefined;
  let kubeConfig: KubeConfig;
  let core: CoreV1Api;
  let others: PolicyService;
  let isRefused: AttachedWorkspace["isRefused"];

  const meta = async () => (await others.getPolicy(address)).meta;

  /** A server that knows what the parameters were made of, and the way to cut it off from so many lists. */
  const openServer = async () => {
    let failing = 0;
    const context = await createPolicyContext(kubeConfig, silent);
    const list: CustomObjectsApi["listClusterCustomObject"] = async (request) => {
      if (failing-- > 0) throw new Error("the line is cut");
      return context.client.custom.listClusterCustomObject(request);
    };
    const custom = Object.create(context.client.custom) as CustomObjectsApi;
    const client = {
      ...context.client,
      custom: Object.assign(custom, { listClusterCustomObject: list }),
    };
    const server: PolicyContext = { ...context, client, store: createHierarchyStore(client) };
    for (const image of ["once", "twice"]) await updatePolicy(server, address, blocking(image));
    // Whoever writes the status makes another version of the policy, and what is read anew then is not what is cut here.
    const isWritten = async () => {
      const found = await server.store.get("imagepolicies", stored);
      return found?.status?.observedGeneration === found?.metadata.generation;
    };
    await expect.poll(isWritten).toBe(true);
    const cut = (lists: number) => {
      failing = lists;
    };
    return { server, cut };
  };

  beforeAll(async () => {
    attached = await startAttachedWorkspace("saved-once", [blocking("none")]);
    ({ kubeConfig, core, service: others, isRefused } = attached);
  });

  afterAll(() => attached?.close());

  it.each<[string, number, [unknown, boolean]]>([
    ["is in force all the same where a list fails beside its write", 1, ["", true]],
    [
      "is said to be stored where nothing can be read any more",
      Number.POSITIVE_INFINITY,
      [expect.stringMatching(/^The policy is stored, but .*the line is cut/), false],
    ],
  ])("%s", async (_title, lists, expected) => {
    const { server, cut } = await openServer();
    cut(lists);
    const image = `cut-${lists}`.toLowerCase();
    const told = await updatePolicy(server, address, blocking(image)).then(
      () => "",
      (error: Error) => error.message,
    );
    expect([told, await isRefused(image)]).toEqual(expected);
    const { spec } = await others.getPolicy(address);
    expect(spec.input).toMatchObject({ rules: [{ imageName: image }] });
  });

  it("says when it was changed, whoever changed it and though there is no such account", async () => {
    const { server } = await openServer();
    const { updateTime: before } = await meta();
    const isLater = async () => (await meta()).updateTime > before;
    // Times are to the second.
    const save = () => updatePolicy(server, address, blocking("later"));
    await expect.poll(async () => (await save()).meta.updateTime > before, { timeout: 10_000 }).toBe(true);
    expect([managersOf(await server.store.get("imagepolicies", stored)), await isLater()]).toEqual([
      [],
      true,
    ]);

    const ending = new AbortController();
    await startPolicyController({ kubeConfig, logger: silent, signal: ending.signal });
    const { updateTime: saved } = await meta();
    let turn = 0;
    const patched = async () => {
      const body = { spec: { description: `in the cluster itself ${String(++turn)}` } };
      const at = { group: POLICY_GROUP, version: POLICY_VERSION, plural: "imagepolicies", name: stored };
      await server.client.custom.patchClusterCustomObject({ ...at, body }, server.client.mergePatch);
      return (await meta()).updateTime > saved;
    };
    await expect.poll(patched, { timeout: 30_000, interval: 1000 }).toBe(true);
    ending.abort();
  });

  it("leaves no account of who set which field, unless somebody applies it on the server's side", async () => {
    const { server } = await openServer();
    const managers = async () => [
      managersOf(await server.store.get("imagepolicies", stored)),
      managersOf(await core.readNamespacedConfigMap({ namespace, name: ENFORCED_CONFIG_MAP })),
    ];
    await updatePolicy(server, address, blocking("untracked"));
    expect(await managers()).toEqual([[], []]);
    const applied = {
      apiVersion: `${POLICY_GROUP}/${POLICY_VERSION}`,
      kind: "ImagePolicy",
      metadata: { name: stored, annotations: { "example.com/team": "one" } },
    };
    const none = undefined;
    await server.client.objects.patch(applied, none, none, "gitops", true, "application/apply-patch+yaml");
    await server.store.get("imagepolicies", stored);
    await updatePolicy(server, address, blocking("tracked"));
    expect((await managers())[0]).toContain("gitops");
  });
});
