import { CoreV1Api, KubeConfig } from "../../kubernetes/node/client-library.js";
import { startPolicyController } from "../../policy/node/controller.js";
import { ORGANIZATION_LABEL } from "../../policy/common/engine-names.js";
import { installPolicyEngine } from "../../policy/node/install.js";
import { createPolicyService, type PolicyService } from "../../policy/node/policy-service.js";
import { missingForControlPlane } from "../../test/kubernetes/control-plane/requirements.js";
import { startControlPlane } from "../../test/kubernetes/control-plane/start-control-plane.js";
import { startGatekeeper } from "../gatekeeper/start-gatekeeper.js";
import { median, type Figure } from "../figure.js";
import { prepareBareRequests } from "./bare-requests.js";

const POLICIES = 20;
const RULES = 10;
const RUNS = 200;
const EDITS = 50;
const MANY_NAMESPACES = 1000;
/** Namespaces made side by side. */
const PARALLEL = 16;
const PLAIN = "bench-plain";
const GUARDED = "bench-guarded";
const WORKSPACE = "bench";
const CLUSTER = "bench-cluster";
const AT = { organization: GUARDED, cluster: CLUSTER, namespace: GUARDED };
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

interface Bench {
  kubeConfig: KubeConfig;
  kubeconfigPath: string;
  core: CoreV1Api;
  policies: PolicyService;
  /** Takes down what was measured beside the figure. */
  tell: (detail: string) => void;
}

/** What twenty policies cost a pod create inside a real API server, against a namespace without any; and how fast they are changed and read. */
export const policyFigures: Figure[] = [
  figure(`pod create, ${POLICIES} policies of ${RULES} rules against none`, {
    unit: "x",
    bound: 1.4,
    method: `ratio of medians of ${RUNS} dry-run creates each, taken in turn`,
    take: async (bench) => {
      const ours = await compare(bench.core);
      bench.tell(await besideGatekeeper(bench));
      return ours;
    },
  }),
  figure(`the same at ${MANY_NAMESPACES} managed namespaces`, {
    unit: "x",
    bound: 1.4,
    method: `as above, ${MANY_NAMESPACES} namespaces in the same workspace`,
    take: async (bench) => {
      await attachMany(bench);
      return compare(bench.core);
    },
  }),
  figure(`pod create at ${MANY_NAMESPACES} managed namespaces against 1`, {
    unit: "x",
    bound: 1.1,
    method: `the first ratio before and after ${MANY_NAMESPACES - 1} more namespaces were attached to the workspace`,
    take: async (bench) => {
      const alone = await compare(bench.core);
      await attachMany(bench);
      const among = await compare(bench.core);
      bench.tell(`${alone.toFixed(2)} x before, ${among.toFixed(2)} x after`);
      return among / alone;
    },
  }),
  figure("a changed policy in force", {
    unit: "ms",
    bound: 10,
    method: `median of ${EDITS} changes, each answered when the API server judges by it, one namespace`,
    take: changeInForce,
  }),
  figure("effective policy of a namespace", {
    unit: "ms",
    bound: 5,
    method: `median of ${RUNS} answers, ${POLICIES} policies`,
    take: ({ policies }) => medianOf(RUNS, () => policies.effectivePolicies(GUARDED, GUARDED)),
  }),
];

function figure(
  name: string,
  {
    take,
    method,
    ...rest
  }: Pick<Figure, "unit" | "bound" | "method"> & { take: (bench: Bench) => Promise<number> },
): Figure {
  let beside = "";
  const tell = (detail: string) => {
    beside = detail;
  };
  return {
    name,
    ...rest,
    method: `${method}, real API server`,
    missing: missingForControlPlane,
    detail: () => beside,
    measure: () => onControlPlane(take, tell),
  };
}

async function onControlPlane(take: (bench: Bench) => Promise<number>, tell: Bench["tell"]): Promise<number> {
  const controlPlane = await startControlPlane();
  const kubeconfigPath = controlPlane.kubeconfig;
  const controller = new AbortController();
  try {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(controlPlane.kubeconfig);
    await installPolicyEngine({ kubeConfig });
    await startPolicyController({ kubeConfig, logger, signal: controller.signal });
    const core = kubeConfig.makeApiClient(CoreV1Api);
    const policies = await createPolicyService({ kubeConfig, logger });
    await prepare(core, policies);
    return await take({ kubeConfig, kubeconfigPath, core, policies, tell });
  } finally {
    controller.abort();
    await controlPlane.stop();
  }
}

async function prepare(core: CoreV1Api, policies: PolicyService): Promise<void> {
  const owner = await core.createNamespace({ body: { metadata: { name: PLAIN } } });
  await core.createNamespace({ body: owned(GUARDED) });
  const reference = { apiVersion: "v1", kind: "Namespace", name: PLAIN, uid: owner.metadata?.uid ?? "" };
  await policies.createOrganization(GUARDED, reference);
  await policies.createWorkspace(GUARDED, WORKSPACE, reference);
  await policies.registerCluster(GUARDED, CLUSTER, reference);
  await waitForServiceAccounts(core);
  for (let number = 0; number < POLICIES; number++)
    await policies.createPolicy(
      { organization: GUARDED, workspace: WORKSPACE },
      manifest(number, `refused-${number}`),
    );
  await policies.attachNamespace({ ...AT, workspace: WORKSPACE });
}

function manifest(number: number, name: string) {
  const rules = Array.from({ length: RULES }, (_, rule) => ({ imageName: `team-${rule}/${name}` }));
  return {
    fullName: { name: `policy-${number}` },
    spec: { type: "image-policy", recipe: "custom", input: { effect: "block", rules } },
  };
}

async function attachMany({ core, policies }: Bench): Promise<void> {
  let next = 1;
  const attach = async () => {
    while (next < MANY_NAMESPACES) {
      const namespace = `bench-${next++}`;
      await core.createNamespace({ body: owned(namespace) });
      await policies.attachNamespace({ ...AT, namespace, workspace: WORKSPACE });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, attach));
}

function owned(name: string) {
  return { metadata: { name, labels: { [ORGANIZATION_LABEL]: GUARDED } } };
}

/** Each change in turn with the requests it cannot do without, by themselves. */
async function changeInForce({ kubeConfig, policies, tell }: Bench): Promise<number> {
  const address = { organization: GUARDED, workspace: WORKSPACE, name: "policy-0" };
  const untouched = `${GUARDED}.${WORKSPACE}.policy-1`;
  const bare = await prepareBareRequests(kubeConfig, { policy: untouched, like: GUARDED, plain: PLAIN });
  const changes: number[] = [];
  const floor: number[] = [];
  for (let run = 0; run < EDITS; run++) {
    changes.push(await timeOf(() => policies.updatePolicy(address, manifest(0, `changed-${run}`))));
    floor.push(await timeOf(bare.run));
  }
  const requests =
    "write of a policy, write of parameters and dry run of a pod by themselves, in turn with it";
  tell(`${requests}: ${median(floor).toFixed(1)} ms, so ${(median(changes) / median(floor)).toFixed(2)} x`);
  return median(changes);
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The first figure, of another engine with as many policies on the same API server; without it the figure is taken all the same. */
async function besideGatekeeper({ core, kubeConfig, kubeconfigPath }: Bench): Promise<string> {
  try {
    const size = { policies: POLICIES, rules: RULES };
    const gatekeeper = await startGatekeeper(kubeConfig, kubeconfigPath, size);
    try {
      const ratio = await compare(core, gatekeeper.namespace);
      return `Gatekeeper's webhook beside it, ${POLICIES} constraints of ${RULES} registries: ${ratio.toFixed(2)} x`;
    } finally {
      await gatekeeper.stop();
    }
  } catch (error) {
    return `Gatekeeper could not be taken beside it: ${String(error)}`;
  }
}

async function medianOf(runs: number, work: (run: number) => Promise<unknown>): Promise<number> {
  const samples: number[] = [];
  for (let run = 0; run < runs; run++) samples.push(await timeOf(() => work(run)));
  return median(samples);
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

async function compare(core: CoreV1Api, guarded = GUARDED): Promise<number> {
  const times = new Map<string, number[]>([
    [PLAIN, []],
    [guarded, []],
  ]);
  for (let run = 0; run < RUNS; run++) {
    for (const [namespace, samples] of times) {
      const create = () => core.createNamespacedPod({ namespace, body: pod(run), dryRun: "All" });
      samples.push(await timeOf(create));
    }
  }
  return median(times.get(guarded) ?? []) / median(times.get(PLAIN) ?? []);
}

function pod(run: number) {
  return {
    metadata: { name: `bench-${run}` },
    spec: { containers: [{ name: "web", image: "docker.io/library/nginx:1.29" }] },
  };
}
