import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, KubeConfig } from "../../kubernetes/node/client-library.js";
import { ORGANIZATION_LABEL } from "../../policy/common/engine-names.js";
import { startPolicyController } from "../../policy/node/controller.js";
import { PolicyError } from "../../policy/node/errors.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { createPolicyService, type PolicyService } from "../../policy/node/policy-service.js";
import { type CuttingProxy, startCuttingProxy } from "../kubernetes/policy/cutting-proxy.js";
import { eventually, makeOwner, refusalText, silent } from "../kubernetes/policy/suite-cluster.js";

const organization = "lab-crashed";
const namespace = organization;
const workspace = "crashed-ws";
const place = { organization, workspace };
const at = { organization, cluster: "crashed-cluster", namespace };
const policy = { ...place, name: "blocked" };
const exception = { ...place, name: "debug" };

const blocking = (name: string, ...images: string[]) => ({
  fullName: { name },
  spec: {
    recipe: "custom",
    input: { effect: "block", rules: images.map((imageName) => ({ imageName })) },
  },
});

/** What is not there, or is so already, needs no second time. */
const unlessDone = async (work: Promise<unknown>): Promise<void> => {
  await work.catch((error: unknown) => {
    if (!(error instanceof PolicyError && /_(NOT_FOUND|EXISTS|IN_USE)$/.test(error.code))) throw error;
  });
};

interface Operation {
  /** Brings what is before it about. */
  before: (service: PolicyService) => Promise<void>;
  run: (service: PolicyService) => Promise<unknown>;
  /** Images that are refused after it, of `alpine` and `busybox`. */
  refused: string[];
}

const withPolicy = async (service: PolicyService): Promise<void> => {
  await unlessDone(service.deleteException(exception));
  await unlessDone(service.createPolicy(place, blocking("blocked", "busybox")));
  await service.updatePolicy(policy, blocking("blocked", "busybox"));
};

const asked = (): object => ({
  fullName: { name: "debug" },
  spec: {
    policy: "blocked",
    namespace,
    owner: "blue",
    reason: "ticket 7",
    expires: new Date(Date.now() + 3_600_000).toISOString(),
  },
});

const OPERATIONS: Record<string, Operation> = {
  "creating a policy": {
    before: (service) => unlessDone(service.removePolicy(policy)),
    run: (service) => service.createPolicy(place, blocking("blocked", "busybox")),
    refused: ["busybox"],
  },
  "changing a policy": {
    before: withPolicy,
    run: (service) => service.updatePolicy(policy, blocking("blocked", "alpine")),
    refused: ["alpine"],
  },
  "deleting a policy": {
    before: withPolicy,
    run: (service) => service.removePolicy(policy),
    refused: [],
  },
  "granting an exception": {
    before: async (service) => {
      await withPolicy(service);
      await service.requestException(place, { input: asked(), user: "alice" });
    },
    run: (service) => service.decideException(exception, { isGranted: true, user: "bob" }),
    refused: [],
  },
  "ending an exception": {
    before: async (service) => {
      await withPolicy(service);
      await service.requestException(place, { input: asked(), user: "alice" });
      await service.decideException(exception, { isGranted: true, user: "bob" });
    },
    run: (service) => service.deleteException(exception),
    refused: ["busybox"],
  },
  "attaching a namespace": {
    before: async (service) => {
      await withPolicy(service);
      await unlessDone(service.detachNamespace(at));
    },
    run: (service) => service.attachNamespace({ ...at, workspace }),
    refused: ["busybox"],
  },
};

describe("a policy service that is killed before any of its writes", () => {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-crash-points-"));
  const kubeConfig = new KubeConfig();
  let cluster: Cluster | undefined;
  let proxy: CuttingProxy | undefined;
  let core: CoreV1Api;
  let service: PolicyService;
  let mortal: PolicyService;

  const isRefused = async (image: string): Promise<boolean> =>
    (await refusalText(
      core.createNamespacedPod({
        namespace,
        body: { metadata: { name: "bare" }, spec: { containers: [{ name: "main", image }] } },
        dryRun: "All",
      }),
    )) !== "";
  const isManaged = async () => (await service.placeOf(organization, namespace)).workspace !== undefined;
  /** What is stored, as the evaluator judges it. */
  const shouldRefuse = async (image: string) =>
    !(await service.explain(organization, { namespace, image })).allowed;

  beforeAll(async () => {
    cluster = await startCluster({ dataDir });
    kubeConfig.loadFromFile(cluster.kubeconfigPath);
    proxy = await startCuttingProxy(kubeConfig);
    core = kubeConfig.makeApiClient(CoreV1Api);
    await installPolicyEngine({ kubeConfig });
    service = await createPolicyService({ kubeConfig, logger: silent });
    mortal = await createPolicyService({ kubeConfig: proxy.kubeConfig, logger: silent });
    const owner = await makeOwner(core);
    const metadata = { name: namespace, labels: { [ORGANIZATION_LABEL]: organization } };
    await core.createNamespace({ body: { metadata } });
    await service.createOrganization(organization, owner);
    await service.createWorkspace(organization, workspace, owner);
    await service.registerCluster(organization, at.cluster, owner);
    await eventually(() => core.readNamespacedServiceAccount({ namespace, name: "default" }));
    await service.createPolicy({ organization }, blocking("never", "evil"));
    await service.attachNamespace({ ...at, workspace });
  });

  afterAll(async () => {
    proxy?.close();
    await cluster?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(Object.entries(OPERATIONS))(
    "while %s leaves nothing open, and nothing that does not go on",
    async (_words, { before, run, refused }) => {
      let points = 0;
      for (let isDone = false; !isDone; points++) {
        await before(service);
        proxy?.cutAfter(points);
        const outcome = await run(mortal).then(
          () => "done",
          (error: unknown) => (error instanceof PolicyError ? error.code : error),
        );
        isDone = proxy?.isCut() === false;
        expect([points, outcome]).toEqual([points, isDone ? "done" : "POLICY_CLUSTER_UNREACHABLE"]);
        if (await isManaged()) expect([points, await isRefused("evil")]).toEqual([points, true]);
        const controller = new AbortController();
        await startPolicyController({ kubeConfig, logger: silent, signal: controller.signal });
        try {
          for (const image of ["busybox", "alpine", "evil"])
            await eventually(async () =>
              (await isRefused(image)) === (await shouldRefuse(image)) ? true : undefined,
            );
          await unlessDone(run(service));
          for (const image of ["busybox", "alpine"])
            await eventually(async () =>
              (await isRefused(image)) === refused.includes(image) ? true : undefined,
            );
          expect([points, await isRefused("evil")]).toEqual([points, true]);
        } finally {
          controller.abort();
        }
      }
      // It writes at least what is changed, the history of it, and the parameters.
      expect(points).toBeGreaterThan(3);
    },
  );
});
