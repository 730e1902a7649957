import { setTimeout as wait } from "node:timers/promises";
import { readFileSync } from "node:fs";
import { WebSocket } from "ws";
import { portForwardTransport } from "../../kubernetes/node/port-forward.js";
import { whyNoContainers } from "../../test/containers/sandboxes-for-tests.js";
import { median, type Figure } from "../figure.js";
import {
  type Bench,
  DEADLINE_MS,
  family,
  pod,
  PODS,
  runPod,
  untilRunning,
  withCluster,
} from "./container-bench.js";
import { echoBesideFlood } from "./echo-beside-flood.js";

const RUNS = 15;
const LEARNERS = 30;
const PODS_OF_LEARNER = 5;
const IDLE_MS = 10_000;
const CARRIED_BYTES = 200 * 1024 * 1024;
const MB = 1024 * 1024;

/** What pods that really run take: the time until they do, that of what is asked of them, and of the machine. */
export function containerFigures(): Figure[] {
  return [podRunning, execTime, portForwardTime, manyPodsRunning, idleProcessor, idleMemory, echoBesideFlood];
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
  method: `${String(CARRIED_BYTES / MB)} MB of zeros by dd and nc, one WebSocket`,
  missing,
  measure: () =>
    withCluster(async (bench) => {
      const bytes = String(CARRIED_BYTES);
      // busybox's head writes byte by byte, and takes as long for it as the way does.
      const zeros = `dd if=/dev/zero bs=64k count=${String(CARRIED_BYTES / (64 * 1024))}`;
      await runPod(bench, "source", `while true; do nc -l -p 8080 -e sh -c "${zeros} 2>/dev/null"; done`);
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
