import { setTimeout as wait } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { WebSocket } from "ws";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { portForwardTransport } from "../../kubernetes/node/port-forward.js";
import { SandboxedCluster, busybox, whyNoContainers } from "../../test/containers/sandboxes-for-tests.js";
import { median, type Figure } from "../figure.js";

const PODS = "/api/v1/namespaces/default/pods";
const RUNS = 15;
const DEADLINE_MS = 120_000;
const LOOK_MS = 5;
const LEARNERS = 30;
const PODS_OF_LEARNER = 5;
const IDLE_MS = 10_000;
const CARRIED_BYTES = 200 * 1024 * 1024;
const ECHOES = 300;
const MB = 1024 * 1024;

/** What pods that really run take: the time until they do, that of what is asked of them, and of the machine. */
export function containerFigures(): Figure[] {
  return [podRunning, execTime, portForwardTime, manyPodsRunning, idleProcessor, idleMemory, echoBesideFlood];
}

interface Bench {
  cluster: SandboxedCluster;
  client: KubernetesClient;
}

async function withCluster<Result>(work: (bench: Bench) => Promise<Result>): Promise<Result> {
  const cluster = await SandboxedCluster.start();
  try {
    const config = new KubeConfig();
    config.loadFromFile(cluster.kubectl.cluster.kubeconfigPath);
    return await work({ cluster, client: new KubernetesClient(config) });
  } finally {
    await cluster.close();
  }
}

function pod(name: string, line: string): object {
  const spec = {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [busybox(line)],
  };
  return { apiVersion: "v1", kind: "Pod", metadata: { name }, spec };
}

/** Milliseconds until all pods of the list at the path run. */
async function untilRunning({ client }: Bench, path: string, count: number): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { items } = await client.get<{ items: { status?: { phase?: string } }[] }>(path);
    if (items.filter(({ status }) => status?.phase === "Running").length >= count)
      return performance.now() - start;
    if (performance.now() - start > DEADLINE_MS) throw new Error(`${String(count)} pods do not run`);
    await wait(LOOK_MS);
  }
}

async function runPod(bench: Bench, name: string, line: string): Promise<number> {
  const start = performance.now();
  await bench.client.create(PODS, pod(name, line));
  await untilRunning(bench, `${PODS}?fieldSelector=metadata.name%3D${name}`, 1);
  return performance.now() - start;
}

/** What a command in the pod writes, with its end. */
async function exec({ client: { config } }: Bench, name: string, command: string[]): Promise<number> {
  const options = { perMessageDeflate: false };
  await config.applyToHTTPSOptions(options);
  const query = new URLSearchParams([
    ["stdout", "1"],
    ...command.map((word) => ["command", word]),
  ] as string[][]);
  const server = (config.getCurrentCluster()?.server ?? "").replace(/^http/, "ws");
  const start = performance.now();
  const socket = new WebSocket(
    `${server}${PODS}/${name}/exec?${query.toString()}`,
    "v5.channel.k8s.io",
    options,
  );
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.once("close", () => resolve());
  });
  return performance.now() - start;
}

const SLEEP = "exec sleep 36000";
const IDLE_NOTE = `${String(LEARNERS)} namespaces with ${String(PODS_OF_LEARNER)} pods each that sleep`;
const missing = whyNoContainers;

const podRunning: Figure = {
  name: "pod of busybox, created until Running",
  unit: "ms",
  bound: 250,
  method: `median of ${String(RUNS)}, one after the other, by the API`,
  missing,
  measure: () =>
    withCluster(async (bench) => {
      const times: number[] = [];
      for (let run = 0; run <= RUNS; run += 1) times.push(await runPod(bench, `pod-${String(run)}`, SLEEP));
      return median(times.slice(1));
    }),
};

const execTime: Figure = {
  name: "command in a container, asked until it has ended",
  unit: "ms",
  bound: 40,
  method: `median of ${String(RUNS * 2)} of true, by WebSocket v5`,
  missing,
  measure: () =>
    withCluster(async (bench) => {
      await runPod(bench, "shell", SLEEP);
      const times: number[] = [];
      for (let run = 0; run <= RUNS * 2; run += 1) times.push(await exec(bench, "shell", ["true"]));
      return median(times.slice(1));
    }),
};

const portForwardTime: Figure = {
  name: "100 MB through a port-forward",
  unit: "s",
  bound: 1,
  method: `${String(CARRIED_BYTES / MB)} MB of zeros by nc, one WebSocket`,
  missing,
  measure: () =>
    withCluster(async (bench) => {
      const bytes = String(CARRIED_BYTES);
      await runPod(
        bench,
        "source",
        `while true; do nc -l -p 8080 -e sh -c "head -c ${bytes} /dev/zero"; done`,
      );
      await wait(500);
      const socket = await portForwardTransport(
        bench.client.config,
        `${PODS}/source`,
        8080,
      )(AbortSignal.timeout(DEADLINE_MS));
      const start = performance.now();
      let carried = 0;
      for await (const piece of socket as AsyncIterable<Buffer>) {
        carried += piece.length;
        if (carried >= CARRIED_BYTES) break;
      }
      socket.destroy();
      if (carried < CARRIED_BYTES) throw new Error(`${String(carried)} bytes came of ${bytes}`);
      return ((performance.now() - start) / 1000 / CARRIED_BYTES) * 100 * MB;
    }),
};

/** Milliseconds until the pods of all learners run. */
async function startLearners(bench: Bench): Promise<number> {
  const names = Array.from({ length: LEARNERS }, (_, at) => `learner-${String(at)}`);
  for (const name of names)
    await bench.client.create("/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name },
    });
  await wait(2000);
  const start = performance.now();
  await Promise.all(
    names.map(async (name) => {
      for (let at = 0; at < PODS_OF_LEARNER; at += 1)
        await bench.client.create(`/api/v1/namespaces/${name}/pods`, pod(`pod-${String(at)}`, SLEEP));
    }),
  );
  await untilRunning(bench, "/api/v1/pods", LEARNERS * PODS_OF_LEARNER);
  return performance.now() - start;
}

const manyPodsRunning: Figure = {
  name: "150 pods of 30 learners, created until all are Running",
  unit: "s",
  bound: 20,
  method: `${IDLE_NOTE}, asked for at once`,
  missing,
  measure: () => withCluster(async (bench) => (await startLearners(bench)) / 1000),
};

/** Processor time in ticks of a hundredth of a second, and resident bytes, of a process. */
function taken(pid: number): { ticks: number; bytes: number } {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, "utf8")
      .split(") ")[1]
      ?.split(" ") ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]);
  const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/smaps_rollup`, "utf8"))?.[1];
  return { ticks, bytes: Number(pss ?? 0) * 1024 };
}

/** The process that runs containers, with everything it has started. */
function family(pid: number): number[] {
  const children = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean);
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

function sum(pids: number[]): { ticks: number; bytes: number } {
  const all = pids.map(taken);
  return {
    ticks: all.reduce((total, { ticks }) => total + ticks, 0),
    bytes: all.reduce((total, { bytes }) => total + bytes, 0),
  };
}

const idleProcessor: Figure = {
  name: "processor of 150 pods in which nothing happens",
  unit: "%",
  bound: 5,
  method: `of one processor, in ${String(IDLE_MS / 1000)} s, by what runs containers; ${IDLE_NOTE}`,
  missing,
  measure: () =>
    withCluster(async (bench) => {
      await startLearners(bench);
      await wait(IDLE_MS / 2);
      const before = sum(family(bench.cluster.pid)).ticks;
      await wait(IDLE_MS);
      return (sum(family(bench.cluster.pid)).ticks - before) / (IDLE_MS / 1000);
    }),
};

const idleMemory: Figure = {
  name: "memory of a container in which nothing happens",
  unit: "MB",
  bound: 8,
  method: `share of each of all that runs containers (Pss); ${IDLE_NOTE}`,
  missing,
  measure: () =>
    withCluster(async (bench) => {
      await startLearners(bench);
      return sum(family(bench.cluster.pid)).bytes / MB / (LEARNERS * PODS_OF_LEARNER);
    }),
};

const echoBesideFlood: Figure = {
  name: "p99 of an echo beside a pod that floods its log",
  unit: "ms",
  bound: 20,
  method: `${String(ECHOES)} lines to cat in another pod and back, through a port-forward, every 10 ms`,
  missing,
  measure: () =>
    withCluster(async (bench) => {
      await runPod(bench, "flood", "yes a line of a log that nobody reads");
      await runPod(bench, "echo", "while true; do nc -l -p 8080 -e cat; done");
      await wait(500);
      const socket = await portForwardTransport(
        bench.client.config,
        `${PODS}/echo`,
        8080,
      )(AbortSignal.timeout(DEADLINE_MS));
      const times: number[] = [];
      for (let at = 0; at < ECHOES; at += 1) {
        const start = performance.now();
        const answered = new Promise<void>((resolve) => socket.once("data", () => resolve()));
        socket.write("a line\n");
        await answered;
        times.push(performance.now() - start);
        await wait(10);
      }
      socket.destroy();
      return times.toSorted((one, other) => one - other)[Math.floor(ECHOES * 0.99)] ?? Number.NaN;
    }),
};
