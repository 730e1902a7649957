import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, KubeConfig } from "../../kubernetes/node/client-library.js";
import { ENFORCED_CONFIG_MAP, ORGANIZATION_LABEL } from "../../policy/common/engine-names.js";
import { createClusterClient } from "../../policy/node/cluster-client.js";
import { startPolicyController } from "../../policy/node/controller.js";
import { createHierarchyStore, type HierarchyStore } from "../../policy/node/hierarchy-store.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { createPolicyService, type PolicyService } from "../../policy/node/policy-service.js";
import {
  type ExceptionObject,
  type ExceptionObjectSpec,
  type ImagePolicyObject,
  type ImagePolicySpec,
  newObject,
  ownedBy,
} from "../../policy/node/records.js";
import { type CuttingProxy, startCuttingProxy } from "../kubernetes/policy/cutting-proxy.js";
import {
  eventually,
  labelNamespace,
  makeOwner,
  refusalText,
  silent,
} from "../kubernetes/policy/suite-cluster.js";

const organization = "lab-unattended";
const namespace = organization;
const workspace = "unattended-ws";
const address = { organization, workspace, name: "by-hand" };
const NAME = `${organization}.${workspace}.by-hand`;
const EXCEPTION = `${organization}.${workspace}.over`;

/** Generous: what is waited for comes within a second or two where the machine has nothing else to do. */
const DEADLINE_MS = 120_000;

const PAST = "2020-01-01T00:00:00Z";

const blocking = (imageName: string) => ({
  recipe: "custom" as const,
  input: { effect: "block" as const, rules: [{ imageName }] },
});

const ONLY_PROD = {
  namespaceSelector: { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] },
};

/** As somebody with kubectl writes it: without what the schema of policies fills in. */
const specOf = (imageName: string) =>
  ({ ...address, type: "image-policy", ...blocking(imageName) }) as unknown as ImagePolicySpec;

interface World {
  store: HierarchyStore;
  core: CoreV1Api;
  service: PolicyService;
}

interface Act {
  /** What the policy demands before it; absent where there is none. */
  before?: object;
  /** What is done in the cluster itself while the controller runs, or before it starts. */
  run: (world: World) => Promise<unknown>;
  /** Whether `busybox` is refused before it, and is after it. */
  refused: [before: boolean, after: boolean];
  /** Nobody but a controller closes again what is done. */
  isOpenMeanwhile?: boolean;
  /** What else is to come of it. */
  isDone?: (world: World) => Promise<boolean>;
}

const policyNow = async ({ store }: World) => store.get<ImagePolicySpec>("imagepolicies", NAME);

const unlabelled = (object: ImagePolicyObject): ImagePolicyObject => ({
  ...object,
  metadata: Object.assign({}, object.metadata, { labels: {} }),
});

const change = async (world: World, next: (policy: ImagePolicyObject) => ImagePolicyObject) => {
  // The controller writes the status meanwhile.
  await eventually(async () => {
    const policy = await policyNow(world);
    return policy && (await world.store.replace("imagepolicies", next(policy)));
  }, DEADLINE_MS);
};

const isInForce = async (world: World) => {
  const policy = await policyNow(world);
  const { generation, labels = {} } = policy?.metadata ?? {};
  return (
    policy?.status?.inForce === true &&
    policy.status.observedGeneration === generation &&
    labels[ORGANIZATION_LABEL] === organization
  );
};

const isWrittenDown = async (world: World) => {
  const policy = await policyNow(world);
  const { uid = "", generation = 0 } = policy?.metadata ?? {};
  return (await world.store.get("policychanges", `${uid}.${String(generation)}`)) !== undefined;
};

const isTakenUp = async (world: World) => (await isInForce(world)) && (await isWrittenDown(world));

const exceptionNow = ({ store }: World) => store.get<ExceptionObjectSpec>("imagepolicyexceptions", EXCEPTION);

const ACTS: Record<string, Act> = {
  "takes up a policy that somebody wrote by hand": {
    run: async (world) => {
      const parent = await world.store.get<unknown>("workspaces", `${organization}.${workspace}`);
      const owner = parent && ownedBy(parent);
      const object = newObject("imagepolicies", address, {
        spec: specOf("busybox"),
        ...(owner && { owner }),
      });
      await world.store.create("imagepolicies", unlabelled(object));
    },
    refused: [false, true],
    isDone: isTakenUp,
  },
  "takes up what somebody changed of a policy": {
    before: blocking("alpine"),
    run: (world) => change(world, (policy) => ({ ...policy, spec: specOf("busybox") })),
    refused: [false, true],
    isDone: isTakenUp,
  },
  "puts back the labels that a policy is found by": {
    before: blocking("busybox"),
    run: (world) => change(world, unlabelled),
    isOpenMeanwhile: true,
    refused: [true, true],
    isDone: isTakenUp,
  },
  "takes out a policy that somebody deleted": {
    before: blocking("busybox"),
    run: ({ store }) => store.remove("imagepolicies", NAME),
    refused: [true, false],
  },
  "puts back parameters that somebody deleted": {
    before: blocking("busybox"),
    run: ({ core }) => core.deleteNamespacedConfigMap({ namespace, name: ENFORCED_CONFIG_MAP }),
    refused: [true, true],
    isDone: async ({ core }) => {
      const { data = {} } = await core.readNamespacedConfigMap({ namespace, name: ENFORCED_CONFIG_MAP });
      return (data["policies"] ?? "").includes("by-hand");
    },
  },
  "follows the labels of a namespace": {
    before: { ...blocking("busybox"), ...ONLY_PROD },
    run: ({ core }) => labelNamespace(core, namespace, { env: "prod" }),
    refused: [false, true],
  },
  "ends an exception that has expired": {
    before: blocking("busybox"),
    run: async ({ store, service }) => {
      const policy = await store.get<ImagePolicySpec>("imagepolicies", NAME);
      const spec: ExceptionObjectSpec = {
        ...address,
        name: "over",
        policy: "by-hand",
        namespace,
        owner: "blue",
        reason: "ticket 7",
        expires: PAST,
        state: "Granted",
        requestedBy: "alice",
        requestedAt: PAST,
      };
      expect(await service.listExceptions({ organization, workspace })).toEqual([]);
      const owner = policy && ownedBy(policy);
      const exception: ExceptionObject = newObject(
        "imagepolicyexceptions",
        { ...address, name: "over" },
        { spec, ...(owner && { owner }) },
      );
      await store.create("imagepolicyexceptions", exception);
    },
    refused: [true, true],
    isDone: async (world) => {
      const exception = await exceptionNow(world);
      const { uid = "", generation = 0 } = exception?.metadata ?? {};
      const id = `${uid}.${String(generation)}`;
      return (
        exception?.spec.state === "Expired" && (await world.store.get("policychanges", id)) !== undefined
      );
    },
  },
};

/** Runs a controller until it is done or dead. */
const whileControlled = async (
  config: KubeConfig,
  isOver: () => Promise<boolean>,
  act?: () => Promise<unknown>,
) => {
  const controller = new AbortController();
  await startPolicyController({ kubeConfig: config, logger: silent, signal: controller.signal });
  try {
    await act?.();
    await eventually(async () => ((await isOver()) ? true : undefined), DEADLINE_MS);
  } finally {
    controller.abort();
  }
};

describe("a policy controller that is killed before any of its writes", { timeout: 900_000 }, () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-controller-crash-points-"));
  const kubeConfig = new KubeConfig();
  let cluster: Cluster | undefined;
  let proxy: CuttingProxy | undefined;
  let world: World;

  const isRefused = async (image: string): Promise<boolean> =>
    (await refusalText(
      world.core.createNamespacedPod({
        namespace,
        body: { metadata: { name: "bare" }, spec: { containers: [{ name: "main", image }] } },
        dryRun: "All",
      }),
    )) !== "";

  /** A policy that everything has come of, so that what is done next is all there is to do. */
  const begin = async ({ before, refused: [isRefusedBefore] }: Act) => {
    await world.store.remove("imagepolicyexceptions", EXCEPTION);
    if (await policyNow(world)) await world.service.removePolicy(address);
    await labelNamespace(world.core, namespace, { env: "none" });
    const manifest = { fullName: { name: address.name }, spec: before };
    if (before) await world.service.createPolicy({ organization, workspace }, manifest);
    await eventually(
      async () => ((await isRefused("busybox")) === isRefusedBefore ? true : undefined),
      DEADLINE_MS,
    );
  };

  beforeAll(async () => {
    cluster = await startCluster({ dataDir });
    kubeConfig.loadFromFile(cluster.kubeconfigPath);
    proxy = await startCuttingProxy(kubeConfig);
    const core = kubeConfig.makeApiClient(CoreV1Api);
    await installPolicyEngine({ kubeConfig });
    const service = await createPolicyService({ kubeConfig, logger: silent });
    world = { core, service, store: createHierarchyStore(await createClusterClient(kubeConfig)) };
    const owner = await makeOwner(core);
    const metadata = { name: namespace, labels: { [ORGANIZATION_LABEL]: organization } };
    await core.createNamespace({ body: { metadata } });
    await service.createOrganization(organization, owner);
    await service.createWorkspace(organization, workspace, owner);
    await service.registerCluster(organization, "unattended-cluster", owner);
    await eventually(() => core.readNamespacedServiceAccount({ namespace, name: "default" }), DEADLINE_MS);
    const never = { recipe: "custom", input: { effect: "block", rules: [{ imageName: "evil" }] } };
    await service.createPolicy({ organization }, { fullName: { name: "never" }, spec: never });
    await service.attachNamespace({ organization, cluster: "unattended-cluster", namespace, workspace });
  });

  afterAll(async () => {
    proxy?.close();
    await cluster?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(Object.entries(ACTS))("%s, or the next controller does", async (_words, act) => {
    const { refused, run, isOpenMeanwhile = false, isDone = () => Promise.resolve(true) } = act;
    const isComeOfIt = async () =>
      (await isRefused("busybox")) === refused[1] && (await isDone(world)) && (await isRefused("evil"));
    let points = 0;
    for (let isOver = false; !isOver; points++) {
      await begin(act);
      proxy?.cutAfter(points);
      await whileControlled(
        proxy?.kubeConfig ?? kubeConfig,
        async () => proxy?.isCut() === true || (await isComeOfIt()),
        () => run(world),
      );
      isOver = proxy?.isCut() === false;
      // Never open: what the organization refuses is refused while nobody looks after it.
      expect([points, await isRefused("evil")]).toEqual([points, true]);
      if (refused[0] && refused[1] && !isOpenMeanwhile)
        expect([points, await isRefused("busybox")]).toEqual([points, true]);
      // Never stuck.
      await whileControlled(kubeConfig, isComeOfIt);
    }
    expect(points).toBeGreaterThan(1);
  });
});
