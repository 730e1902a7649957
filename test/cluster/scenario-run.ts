import { expect, vi } from "vitest";
import type { Outcome } from "./real-cluster.js";
import type { Scenario } from "./scenario.js";

/** For what takes its time on a machine that does much else. */
export const PATIENCE = { timeout: 120_000, interval: 500 };
/** Played images are pulled by nobody, and who bound the pod to which node is the cluster's own. */
const OWN_REASONS = new Set(["Pulling", "Pulled", "Scheduled"]);

/** Runs kubectl on one of the clusters. */
export type Kubectl = (args: string[], input?: string) => Promise<Outcome>;

/** Makes the namespace and what the scenario has in it. */
export async function begin(kubectl: Kubectl, namespace: string, { objects }: Scenario): Promise<void> {
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

/** Resolves once the scenario is where it is looked at. */
export async function reaches(
  kubectl: Kubectl,
  namespace: string,
  { objects, until }: Scenario,
): Promise<void> {
  const [first] = objects as { kind: string; metadata: { name: string } }[];
  const path = `jsonpath=${until.path}`;
  const get = ["get", "-n", namespace, first?.kind ?? "", first?.metadata.name ?? "", "-o", path];
  await vi.waitFor(async () => expect((await kubectl(get)).stdout).toMatch(until.value), PATIENCE);
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
export async function stateOf(
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
