import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Cluster, startCluster } from "../../cluster/start.js";
import { CoreV1Api, KubeConfig } from "../../kubernetes/node/client-library.js";
import { ORGANIZATION_LABEL, UNWRITTEN_LABEL } from "../../policy/common/engine-names.js";
import { startPolicyController } from "../../policy/node/controller.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { createPolicyService, type PolicyService } from "../../policy/node/policy-service.js";
import { type CuttingProxy, startCuttingProxy } from "../kubernetes/policy/cutting-proxy.js";
import { eventually, makeOwner, refusalText, silent } from "../kubernetes/policy/suite-cluster.js";
import {
  at,
  blocking,
  IMAGES,
  LABELLED_NAMESPACE,
  namespace,
  OPERATIONS,
  organization,
  otherWorkspace,
  outcomeOf,
  place,
  toldBefore,
  unlessDone,
  workspace,
} from "./crash-operations.js";

/** What is done with a namespace, by what the history calls it. */
const PLACINGS: Record<
  string,
  {
    before: (service: PolicyService) => Promise<unknown>;
    run: (service: PolicyService, user: string) => Promise<unknown>;
    scope: { organization: string; workspace: string };
  }
> = {
  attached: {
    before: (service) => unlessDone(service.detachNamespace(at)),
    run: (service, user) => service.attachNamespace({ ...at, workspace }, { user }),
    scope: { organization, workspace },
  },
  moved: {
    before: async (service) => {
      await unlessDone(service.attachNamespace({ ...at, workspace }));
      await service.updateNamespace(at, { workspace });
    },
    run: (service, user) => service.updateNamespace(at, { workspace: otherWorkspace }, { user }),
    scope: { organization, workspace: otherWorkspace },
  },
  detached: {
    before: async (service) => {
      await unlessDone(service.attachNamespace({ ...at, workspace }));
      await service.updateNamespace(at, { workspace });
    },
    run: (service, user) => service.detachNamespace(at, { user }),
    scope: { organization, workspace },
  },
};

describe("a policy service that is killed before any of its writes", { timeout: 600_000 }, () => {
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
    await service.createWorkspace(organization, otherWorkspace, owner);
    await service.registerCluster(organization, at.cluster, owner);
    await eventually(() => core.readNamespacedServiceAccount({ namespace, name: "default" }));
    await service.createPolicy({ organization }, blocking("never", "evil"));
    const onlyProd = { matchExpressions: [{ key: "env", operator: "In", values: ["prod"] }] };
    const { fullName, spec } = blocking("in-prod", "alpine");
    await service.createPolicy(place, { fullName, spec: { ...spec, namespaceSelector: onlyProd } });
    await service.createPolicy({ organization, workspace: otherWorkspace }, blocking("other", "alpine"));
    await service.attachNamespace({ ...at, workspace });
  });

  afterAll(async () => {
    proxy?.close();
    await cluster?.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(Object.entries(OPERATIONS))(
    "while %s leaves nothing open, and nothing that does not go on",
    async (_words, { before, run, refused, stores, whenStored, isOnlyAsked = false }) => {
      let points = 0;
      let storedPoints = 0;
      for (let isDone = false; !isDone; points++) {
        proxy?.cutAfter(Number.POSITIVE_INFINITY);
        await before(service, mortal);
        proxy?.cutAfter(points);
        const outcome = await outcomeOf(run(mortal));
        isDone = proxy?.isCut() === false;
        const isStored = proxy?.taken().some((write) => stores.test(write)) === true;
        const told = isDone ? "done" : toldBefore(isStored, whenStored);
        expect([points, outcome, isStored]).toEqual([points, told, isDone || isStored]);
        storedPoints += Number(isStored);
        if (await isManaged()) expect([points, await isRefused("evil")]).toEqual([points, true]);
        const controller = new AbortController();
        await startPolicyController({ kubeConfig, logger: silent, signal: controller.signal });
        try {
          for (const image of IMAGES)
            await eventually(async () =>
              (await isRefused(image)) === (await shouldRefuse(image)) ? true : undefined,
            );
          await unlessDone(run(service));
          for (const image of IMAGES)
            await eventually(async () =>
              (await isRefused(image)) === refused.includes(image) ? true : undefined,
            );
        } finally {
          controller.abort();
        }
      }
      // It writes at least what is changed and the history of it, and where something comes into force the parameters.
      expect(points).toBeGreaterThan(isOnlyAsked ? 2 : 3);
      // Once cut off before the change was stored, once after that, and once not at all.
      expect([points - storedPoints > 0, storedPoints > 1]).toEqual([true, true]);
    },
  );

  it.each(Object.entries(PLACINGS))(
    "leaves no namespace %s that the history does not tell of, once, and by whom",
    async (action, { before, run, scope }) => {
      const written = async () =>
        (await service.listHistory({ ...scope, kind: "namespace" }))
          .filter((change) => change.action === action)
          .map(({ id, user }) => ({ id, user }));
      let points = 0;
      for (let isDone = false; !isDone; points++) {
        proxy?.cutAfter(Number.POSITIVE_INFINITY);
        await before(service);
        const earlier = new Set((await written()).map(({ id }) => id));
        const isNew = ({ id }: { id: string }) => !earlier.has(id);
        proxy?.cutAfter(points);
        await outcomeOf(run(mortal, "alice"));
        isDone = proxy?.isCut() === false;
        const isStored = proxy?.taken().some((write) => LABELLED_NAMESPACE.test(write)) === true;
        const controller = new AbortController();
        await startPolicyController({ kubeConfig, logger: silent, signal: controller.signal });
        try {
          if (isStored) await eventually(async () => ((await written()).some(isNew) ? true : undefined));
          await eventually(async () => {
            const { metadata } = await core.readNamespace({ name: namespace });
            return metadata?.labels?.[UNWRITTEN_LABEL] === undefined ? true : undefined;
          });
        } finally {
          controller.abort();
        }
        const told = (await written()).filter(isNew).map(({ user }) => user);
        expect([points, told]).toEqual([points, isStored ? ["alice"] : []]);
      }
      expect(points).toBeGreaterThan(3);
    },
  );
});
