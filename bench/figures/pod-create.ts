import { CoreV1Api, KubeConfig } from "../../kubernetes/node/client-library.js";
import { startPolicyController } from "../../policy/node/controller.js";
import { ORGANIZATION_LABEL } from "../../policy/common/engine-names.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { createPolicyService, type PolicyService } from "../../policy/node/policy-service.js";
import { missingForControlPlane } from "../../test/kubernetes/control-plane/requirements.js";
import { startControlPlane } from "../../test/kubernetes/control-plane/start-control-plane.js";
import { median, type Figure } from "../figure.js";

const POLICIES = 20;
const RUNS = 200;
const PLAIN = "bench-plain";
const GUARDED = "bench-guarded";
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What twenty policies cost a pod create inside a real API server, against a namespace without any. */
export const podCreate: Figure = {
  name: `pod create, ${POLICIES} policies against none`,
  unit: "x",
  bound: 1.6,
  method: `ratio of medians of ${RUNS} dry-run creates each, taken in turn, real API server`,
  missing: missingForControlPlane,
  async measure() {
    const controlPlane = await startControlPlane();
    const controller = new AbortController();
    try {
      const kubeConfig = new KubeConfig();
      kubeConfig.loadFromFile(controlPlane.kubeconfig);
      await installPolicyEngine({ kubeConfig });
      await startPolicyController({ kubeConfig, logger, signal: controller.signal });
      const core = kubeConfig.makeApiClient(CoreV1Api);
      await prepare(core, await createPolicyService({ kubeConfig, logger }));
      return await compare(core);
    } finally {
      controller.abort();
      await controlPlane.stop();
    }
  },
};

async function prepare(core: CoreV1Api, policies: PolicyService): Promise<void> {
  const owner = await core.createNamespace({ body: { metadata: { name: PLAIN } } });
  await core.createNamespace({
    body: { metadata: { name: GUARDED, labels: { [ORGANIZATION_LABEL]: GUARDED } } },
  });
  const reference = { apiVersion: "v1", kind: "Namespace", name: PLAIN, uid: owner.metadata?.uid ?? "" };
  await policies.createOrganization(GUARDED, reference);
  await policies.createWorkspace(GUARDED, "bench", reference);
  await policies.registerCluster(GUARDED, "bench-cluster", reference);
  await waitForServiceAccounts(core);
  const at = { organization: GUARDED, cluster: "bench-cluster", namespace: GUARDED };
  await policies.attachNamespace({ ...at, workspace: "bench" });
  for (let number = 0; number < POLICIES; number++) {
    const rules = [
      { imageName: `refused-${number}` },
      { hostname: `registry-${number}.example.com`, imageName: "team/*" },
    ];
    await policies.applyPolicy(GUARDED, {
      fullName: { name: `policy-${number}`, workspaceName: "bench" },
      spec: { type: "image-policy", recipe: "custom", input: { effect: "block", rules } },
    });
  }
}

async function waitForServiceAccounts(core: CoreV1Api): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (const namespace of [PLAIN, GUARDED]) {
    for (;;) {
      const found = await core
        .readNamespacedServiceAccount({ namespace, name: "default" })
        .catch(() => undefined);
      if (found) break;
      if (Date.now() > deadline)
        throw new Error(`namespace ${namespace} has no default service account after 30 s`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function compare(core: CoreV1Api): Promise<number> {
  const times = new Map<string, number[]>([
    [PLAIN, []],
    [GUARDED, []],
  ]);
  for (let run = 0; run < RUNS; run++) {
    for (const [namespace, samples] of times) {
      const start = performance.now();
      await core.createNamespacedPod({ namespace, body: pod(run), dryRun: "All" });
      samples.push(performance.now() - start);
    }
  }
  return median(times.get(GUARDED) ?? []) / median(times.get(PLAIN) ?? []);
}

function pod(run: number) {
  return {
    metadata: { name: `bench-${run}` },
    spec: { containers: [{ name: "web", image: "docker.io/library/nginx:1.29" }] },
  };
}
