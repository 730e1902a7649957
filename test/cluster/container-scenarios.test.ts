import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { SandboxedCluster, whyNoContainers } from "../containers/sandboxes-for-tests.js";
import { findKubectl } from "../../cluster/kubectl-for-tests.js";
import { type Client, answersTo } from "./ask.js";
import { SCENARIOS } from "./container-scenarios.js";
import { type Outcome, hasRealCluster, realCluster } from "./real-cluster.js";
import type { Scenario } from "./scenario.js";

const why = hasRealCluster() ? whyNoContainers() : "there is no real node";
if (why !== undefined) console.log(`skipping what containers do on both clusters: ${why}`);

/** Of one scenario: a container that crashes waits ten seconds and more, on a machine that does much else. */
const DEADLINE_MS = 300_000;
const PATIENCE = { timeout: 120_000, interval: 500 };
/** Played images are pulled by nobody, and who bound the pod to which node is the cluster's own. */
const OWN_REASONS = new Set(["Pulling", "Pulled", "Scheduled"]);

/** Of a kubectl of each protocol that there has been, and of one between; every third scenario is asked by each of them, too. */
const OLDER = ["1.29", "1.31", "1.33"].flatMap((version) => findKubectl(version) ?? []);
const SHARE = 3;

type Kubectl = (args: string[], input?: string) => Promise<Outcome>;

describe.skipIf(why !== undefined)(
  "containers do the same on the embedded cluster as on a node",
  { timeout: DEADLINE_MS },
  () => {
    let embedded: SandboxedCluster;
    let clusters: Kubectl[];
    let clients: Client[];
    beforeAll(async () => {
      embedded = await SandboxedCluster.start();
      clusters = [
        (args, input) => embedded.kubectl.run(args, input),
        (args, input) => realCluster().kubectl(args, input ?? ""),
      ];
      const { kubectlPath: kubectl, kubeconfig } = realCluster();
      clients = [
        { kubectl, kubeconfig: embedded.kubectl.cluster.kubeconfigPath },
        { kubectl, kubeconfig },
      ];
    });
    afterAll(async () => {
      await realCluster().kubectl(["delete", "namespace", "--wait=false", "-l", "lectern.dev/scenario=true"]);
      await embedded?.close();
    });

    it.concurrent.for(
      Object.entries(SCENARIOS).map(([name, scenario], at) => ({
        name,
        scenario,
        namespace: `scenario-${String(at)}`,
        older: at % SHARE === 0 ? OLDER : [],
      })),
    )("$name", async ({ scenario, namespace, older }, { expect }) => {
      await Promise.all(
        clusters.map(async (kubectl) => {
          await begin(kubectl, namespace, scenario);
          const { path, value } = scenario.until;
          const [first] = scenario.objects as { kind: string; metadata: { name: string } }[];
          const get = [
            "get",
            "-n",
            namespace,
            first?.kind ?? "",
            first?.metadata.name ?? "",
            "-o",
            `jsonpath=${path}`,
          ];
          await expect.poll(async () => (await kubectl(get)).stdout, PATIENCE).toMatch(value);
        }),
      );
      // What is told of a pod comes a moment after what happened, and what crashes is between two states at times.
      const alike = (look: (at: number) => Promise<object>, what: string): Promise<void> =>
        vi.waitFor(async () => {
          const [ours, theirs] = await Promise.all([look(0), look(1)]);
          expect(ours, what).toEqual(theirs);
        }, PATIENCE);
      const asked =
        (kubectl?: string) =>
        (at: number): Promise<object> =>
          answersTo(
            scenario.asks ?? [],
            namespace,
            { ...(clients[at] as Client), ...(kubectl && { kubectl }) },
            scenario,
          );
      await alike(asked(), "answers");
      await alike((at) => stateOf(clusters[at] as Kubectl, namespace, scenario), "what is told of the pods");
      for (const kubectl of older) await alike(asked(kubectl), `answers to ${kubectl}`);
      await Promise.all(
        clusters.map((kubectl) => kubectl(["delete", "namespace", namespace, "--wait=false"])),
      );
    });
  },
);

async function begin(kubectl: Kubectl, namespace: string, { objects }: Scenario): Promise<void> {
  const space = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: namespace, labels: { "lectern.dev/scenario": "true" } },
  };
  await succeed(kubectl, ["apply", "-f", "-"], space);
  const deadline = Date.now() + PATIENCE.timeout;
  // Pods are refused before their namespace has its account.
  while ((await kubectl(["get", "serviceaccount", "default", "-n", namespace])).code !== 0)
    if (Date.now() > deadline) throw new Error(`the namespace ${namespace} has no account`);
  const others = objects.toReversed();
  await succeed(kubectl, ["apply", "-n", namespace, "-f", "-"], {
    apiVersion: "v1",
    kind: "List",
    items: others,
  });
}

async function succeed(kubectl: Kubectl, args: string[], input: object): Promise<void> {
  const deadline = Date.now() + PATIENCE.timeout;
  for (;;) {
    const { code, stderr } = await kubectl(args, JSON.stringify(input));
    if (code === 0) return;
    // So many at once keep a server under load from a handshake for ten seconds; what is applied again stays the same.
    if (!stderr.includes("TLS handshake timeout") || Date.now() > deadline) throw new Error(stderr);
  }
}

interface ContainerState {
  waiting?: { reason: string };
  terminated?: { exitCode: number; reason: string; message?: string; startedAt?: string };
  running?: object;
}

interface ContainerStatus {
  name: string;
  ready: boolean;
  started?: boolean;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

interface Seen {
  kind: string;
  type?: string;
  reason?: string;
  involvedObject?: { kind: string };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    succeeded?: number;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

/** What a learner sees of the pods and Jobs of a namespace, and of their events. */
async function stateOf(
  kubectl: Kubectl,
  namespace: string,
  { mayFailFirst = false }: Scenario,
): Promise<object> {
  const { stdout } = await kubectl(["get", "-n", namespace, "pods,jobs,events", "-o", "json"]);
  const { items } = JSON.parse(stdout) as { items: Seen[] };
  const events = items.filter(
    ({ kind, reason = "" }) =>
      kind === "Event" && !OWN_REASONS.has(reason) && !(mayFailFirst && reason === "Unhealthy"),
  );
  const told = events.map(
    ({ type, reason, involvedObject }) => `${involvedObject?.kind ?? ""} ${type ?? ""} ${reason ?? ""}`,
  );
  const others = items.filter(({ kind }) => kind !== "Event").map(statusOf);
  return {
    events: [...new Set(told)].toSorted(),
    objects: others.map((each) => JSON.stringify(each)).toSorted(),
  };
}

function statusOf({ kind, status = {} }: Seen): object {
  const {
    phase,
    reason,
    message,
    succeeded,
    conditions = [],
    containerStatuses = [],
    initContainerStatuses = [],
  } = status;
  const kept = conditions.map(({ type, status: value, reason: because }) =>
    [type, value, because ?? ""].join(" "),
  );
  return {
    kind,
    phase,
    reason,
    message,
    succeeded,
    conditions: kept.toSorted(),
    inits: initContainerStatuses.map(containerOf),
    containers: containerStatuses.map(containerOf),
  };
}

function containerOf({ name, ready, started, restartCount, state, lastState }: ContainerStatus): object {
  return {
    name,
    ready,
    started,
    isRestarted: restartCount > 0,
    state: stateIn(state),
    lastState: stateIn(lastState),
  };
}

function stateIn({ waiting, terminated, running }: ContainerState): object | undefined {
  if (terminated !== undefined) {
    const { exitCode, reason, message } = terminated;
    // Why a program cannot be started is told in the words of who starts it.
    return { exitCode, reason, ...(reason === "StartError" ? {} : { message }) };
  }
  if (waiting !== undefined) return { waiting: waiting.reason };
  return running && { running: true };
}
