import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { portForwardTransport } from "../../kubernetes/node/port-forward.js";
import { whyNoContainers } from "../../test/containers/sandboxes-for-tests.js";
import { percentile, type Figure } from "../figure.js";
import { type Bench, DEADLINE_MS, family, runPod, withCluster } from "./container-bench.js";

const ECHOES = 300;
const MB = 1024 * 1024;
const LINE =
  "a line of a log that is followed and that its learner does not stop, as long as lines of servers are";

let beside = "";

/** What one learner notices of another whose pod writes its log as fast as it can. */
export const echoBesideFlood: Figure = {
  name: "p99 of an echo beside another learner's pod that floods its log",
  unit: "ms",
  bound: 20,
  method: `${String(ECHOES)} lines to cat in a pod and back, through a port-forward, every 10 ms; the other namespace's log is followed, and its pod is made to wait as any that logs more than 2 MiB a second`,
  detail: () => beside,
  missing: whyNoContainers,
  measure: () =>
    withCluster(async (bench) => {
      const [flooding, echoing] = ["flooding", "echoing"];
      for (const name of [flooding, echoing])
        await bench.client.create("/api/v1/namespaces", {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: { name },
        });
      await wait(2000);
      await runPod(bench, "echo", "while true; do nc -l -p 8080 -e cat; done", podsOf(echoing));
      await wait(500);
      const socket = await portForwardTransport(
        bench.client.config,
        `${podsOf(echoing)}/echo`,
        8080,
      )(AbortSignal.timeout(DEADLINE_MS));
      const alone = await echoes(socket);
      await runPod(bench, "flood", `exec yes ${LINE}`, podsOf(flooding));
      const follower = bench.cluster.kubectl.start(["logs", "-f", "-n", flooding, "flood"]);
      let followed = 0;
      follower.stdout.on("data", (bytes: Buffer) => (followed += bytes.length));
      await once(follower.stdout, "data");
      const [start, written, read] = [performance.now(), floodedBytes(bench), followed];
      const times = await echoes(socket);
      const mbPerSecond = (bytes: number): string =>
        (bytes / MB / ((performance.now() - start) / 1000)).toFixed(1);
      const [writes, reads] = [mbPerSecond(floodedBytes(bench) - written), mbPerSecond(followed - read)];
      socket.destroy();
      follower.kill();
      beside = `without the flood ${percentile(alone, 0.99).toFixed(1)} ms; the pod is let log ${writes} MB/s, which are followed at ${reads} MB/s`;
      return percentile(times, 0.99);
    }),
};

function podsOf(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

/** Milliseconds that each line took there and back. */
async function echoes(socket: Duplex): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < ECHOES; at += 1) {
    const start = performance.now();
    const answered = once(socket, "data");
    socket.write("a line\n");
    await answered;
    times.push(performance.now() - start);
    await wait(10);
  }
  return times;
}

/** What all pods have written so far, of which the flood's is all but some lines. */
function floodedBytes({ cluster }: Bench): number {
  const [, ...ofPods] = family(cluster.pid);
  const written = ofPods.map((pid) =>
    Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${String(pid)}/io`, "utf8"))?.[1]),
  );
  return written.reduce((sum, bytes) => sum + bytes, 0);
}
