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
import { type CuttingProxy, type Life, startCuttingProxy } from "../kubernetes/policy/cutting-proxy.js";
import { eventually, makeOwner, refusalText, silent } from "../kubernetes/policy/suite-cluster.js";
import { blocking, IMAGES, outcomeOf, SAVED_POLICY, toldBefore, unlessDone } from "./crash-operations.js";

const organization = "fleet-crashed";
const workspace = "first-ws";
/** Has a policy of its own, against `alpine`. */
const otherWorkspace = "other-ws";
const place = { organization, workspace };
const MEMBER = "east";
const namespace = "shop";
const at = { organization, cluster: MEMBER, namespace };
const policy = { ...place, name: "blocked" };
const hasTaken = (write: RegExp) => (taken: string[]) => taken.some((each) => write.test(each));
const isLabelled = hasTaken(new RegExp(`^PATCH \\S+/namespaces/${namespace}$`));
const isAttached = hasTaken(/^POST \S+\/managedclusters$/);
const isWrittenDown = hasTaken(/^POST \S+\/policychanges$/);

interface Operation {
  before?: (service: PolicyService) => Promise<unknown>;
  run: (service: PolicyService) => Promise<unknown>;
  /** Whether it is stored by the writes that either cluster took: only what fails after that is told as not in force. */
  isStored: (taken: string[]) => boolean;
  /** What is told where it is cut off after that; by default POLICY_NOT_IN_FORCE. */
  whenStored?: string;
  /** Images that are refused on the further cluster after it, of `IMAGES`. */
  refused: string[];
}

/** The further cluster with its namespace in the first workspace, whose one policy is against `busybox`. */
const attached = async (service: PolicyService): Promise<void> => {
  await unlessDone(service.attachCluster({ organization, name: MEMBER }));
  await eventually(async () => {
    const { status } = await service.getCluster(organization, MEMBER);
    return status.sync.state === "InForce" ? true : undefined;
  });
  await unlessDone(service.attachNamespace({ ...at, workspace }));
  await service.updateNamespace(at, { workspace });
  await unlessDone(service.createPolicy(place, blocking("blocked", "busybox")));
  await service.updatePolicy(policy, blocking("blocked", "busybox"));
};

const detachedNamespace = async (service: PolicyService): Promise<void> => {
  await unlessDone(service.detachNamespace(at));
};

const OPERATIONS: Record<string, Operation> = {
  "attaching a namespace of it": {
    before: detachedNamespace,
    run: (service) => service.attachNamespace({ ...at, workspace }),
    isStored: isLabelled,
    refused: ["busybox", "evil"],
  },
  "moving a namespace of it": {
    run: (service) => service.updateNamespace(at, { workspace: otherWorkspace }),
    isStored: isLabelled,
    refused: ["alpine", "evil"],
  },
  "changing a policy that it follows": {
    run: (service) => service.updatePolicy(policy, blocking("blocked", "alpine")),
    isStored: hasTaken(SAVED_POLICY),
    // No namespace of the first cluster follows it, and the history follows.
    whenStored: "done",
    refused: ["alpine", "evil"],
  },
  "detaching a namespace of it": {
    run: (service) => service.detachNamespace(at),
    isStored: isLabelled,
    refused: [],
  },
  "attaching it": {
    before: async (service) => {
      await detachedNamespace(service);
      await service.detachCluster({ organization, name: MEMBER });
      await eventually(() =>
        service.getCluster(organization, MEMBER).then(
          () => undefined,
          () => true,
        ),
      );
    },
    run: async (service) => {
      await unlessDone(service.attachCluster({ organization, name: MEMBER }));
      await service.attachNamespace({ ...at, workspace });
    },
    // Two changes one after the other: what is written down of the first is through.
    isStored: (taken) => isLabelled(taken) || (isAttached(taken) && !isWrittenDown(taken)),
    refused: ["busybox", "evil"],
  },
  "detaching it": {
    before: detachedNamespace,
    run: (service) => service.detachCluster({ organization, name: MEMBER }),
    isStored: hasTaken(/^DELETE \S+\/managedclusters\/[^/]+$/),
    // It is said to be detaching.
    whenStored: "done",
    refused: [],
  },
};

describe(
  "a service that is killed before any of its writes to a further cluster",
  { timeout: 900_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "lectern-fleet-crash-points-"));
    const life: Life = { left: Number.POSITIVE_INFINITY, isOver: false };
    const kubeConfig = new KubeConfig();
    const memberConfig = new KubeConfig();
    const clusters: Cluster[] = [];
    const proxies: CuttingProxy[] = [];
    let there: CoreV1Api;
    let service: PolicyService;
    let mortal: PolicyService;

    const isRefused = async (image: string): Promise<boolean> =>
      (await refusalText(
        there.createNamespacedPod({
          namespace,
          body: { metadata: { name: "bare" }, spec: { containers: [{ name: "main", image }] } },
          dryRun: "All",
        }),
      )) !== "";

    /** What is stored, as the evaluator judges it; on a cluster that is none of the organization's nothing is refused. */
    const shouldRefuse = (image: string) =>
      service.explain(organization, { namespace, image, clusterName: MEMBER }).then(
        ({ allowed }) => !allowed,
        (error: unknown) => {
          if (error instanceof PolicyError && error.code.endsWith("_NOT_FOUND")) return false;
          throw error;
        },
      );

    const controlled = async (work: () => Promise<unknown>): Promise<void> => {
      const controller = new AbortController();
      const members = { given: new Map([[MEMBER, memberConfig]]) };
      await startPolicyController({ kubeConfig, logger: silent, signal: controller.signal, members });
      try {
        await work();
      } finally {
        controller.abort();
      }
    };

    beforeAll(async () => {
      for (const config of [kubeConfig, memberConfig]) {
        const cluster = await startCluster({ dataDir: join(folder, String(clusters.length)) });
        clusters.push(cluster);
        config.loadFromFile(cluster.kubeconfigPath);
        proxies.push(await startCuttingProxy(config, life));
      }
      const core = kubeConfig.makeApiClient(CoreV1Api);
      there = memberConfig.makeApiClient(CoreV1Api);
      const [home, member] = proxies.map((proxy) => proxy.kubeConfig);
      await installPolicyEngine({ kubeConfig });
      service = await createPolicyService({
        kubeConfig,
        logger: silent,
        members: { given: new Map([[MEMBER, memberConfig]]) },
      });
      mortal = await createPolicyService({
        kubeConfig: home ?? kubeConfig,
        logger: silent,
        members: { given: new Map([[MEMBER, member ?? memberConfig]]) },
      });
      const metadata = { name: namespace, labels: { [ORGANIZATION_LABEL]: organization } };
      await there.createNamespace({ body: { metadata } });
      await eventually(() => there.readNamespacedServiceAccount({ namespace, name: "default" }));
      const owner = await makeOwner(core);
      await service.createOrganization(organization, owner);
      for (const name of [workspace, otherWorkspace])
        await service.createWorkspace(organization, name, owner);
      await service.registerCluster(organization, `${organization}-cluster`, owner);
      await service.createPolicy({ organization }, blocking("never", "evil"));
      await service.createPolicy({ organization, workspace: otherWorkspace }, blocking("other", "alpine"));
    });

    afterAll(async () => {
      for (const proxy of proxies) proxy.close();
      for (const cluster of clusters) await cluster.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(Object.entries(OPERATIONS))(
      "while %s leaves nothing open, and nothing that does not go on",
      async (_words, { before, run, isStored, whenStored, refused }) => {
        let points = 0;
        for (let isDone = false; !isDone; points++) {
          Object.assign(life, { left: Number.POSITIVE_INFINITY, isOver: false });
          await controlled(async () => {
            await attached(service);
            await before?.(service);
            for (const image of IMAGES)
              await eventually(async () =>
                (await isRefused(image)) === (await shouldRefuse(image)) ? true : undefined,
              );
          });
          const wasRefused = await isRefused("evil");
          for (const proxy of proxies) proxy.cutAfter(points);
          const outcome = await outcomeOf(run(mortal));
          isDone = !life.isOver;
          const taken = proxies.flatMap((proxy) => proxy.taken());
          expect([points, outcome]).toEqual([
            points,
            isDone ? "done" : toldBefore(isStored(taken), whenStored),
          ]);
          // Never open: what is in a workspace is refused what the organization refuses, while nobody looks after it.
          if (wasRefused && refused.includes("evil"))
            expect([points, await isRefused("evil")]).toEqual([points, true]);
          // Never stuck.
          await controlled(async () => {
            for (const image of IMAGES)
              await eventually(async () =>
                (await isRefused(image)) === (await shouldRefuse(image)) ? true : undefined,
              );
            await eventually(() => unlessDone(run(service)).then(() => true as const));
            for (const image of IMAGES)
              await eventually(async () =>
                (await isRefused(image)) === refused.includes(image) ? true : undefined,
              );
          });
        }
        expect(points).toBeGreaterThan(1);
      },
    );
  },
);
