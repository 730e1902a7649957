import { type Place, withPeer } from "../terminals/measure-terminals.js";
import type { RealNode } from "./real-node.js";

const NAMESPACE = "bench-owner";
const KEYS = { kind: "echo", sessions: 1, names: "one", keysPerSecond: 20, seconds: 10 } as const;
const ROUNDS = 3;

interface Percentiles {
  p50: number;
  p99: number;
}

export interface EchoTimes {
  pod: Percentiles;
  local: Percentiles;
}

/** Milliseconds from a key to its echo, of a shell in a pod and of one of this machine, in turn. */
export async function measureEcho({ kubeconfig, kubectl, images, node }: RealNode): Promise<EchoTimes> {
  kubectl("create", "namespace", NAMESPACE);
  const place: Place = {
    inside: (program, args) => node.inside(program, args),
    env: { BENCH_PODS: [kubeconfig, images.toolbox.name, images.server.name, NAMESPACE].join(" ") },
  };
  const samples: Record<"local" | "pod", number[]> = { local: [], pod: [] };
  // By turns, so that what else the machine does is shared.
  for (let round = 0; round < ROUNDS; round += 1) {
    samples.local.push(...(await withPeer("lectern", (run) => run.perform(KEYS))).samples);
    samples.pod.push(...(await withPeer("pods", (run) => run.perform(KEYS), place)).samples);
  }
  return { pod: percentiles(samples.pod), local: percentiles(samples.local) };
}

function percentiles(samples: readonly number[]): Percentiles {
  const sorted = samples.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}
