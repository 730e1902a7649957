import { closeSync, openSync } from "node:fs";
import { Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { beginToConnect, connectionState, enterNetwork } from "../../terminal/node/sandbox/libc.js";

/** How long a port may take to answer, as a full queue of connections makes it. */
const CONNECT_MS = 5_000;
const LOOK_MS = 5;
/** Many that wait long must not keep the thread from all others. */
const LONGEST_LOOK_MS = 250;

let home: number | undefined;

/** Runs something that moves this thread to another network, and comes back; without a way back this process is of no use any more. */
export function visit<Result>(work: () => Result): Result {
  home ??= openSync("/proc/thread-self/ns/net", "r");
  try {
    return work();
  } finally {
    try {
      enterNetwork(home);
    } catch (error) {
      process.stderr.write(`the way back from a pod's network is lost: ${String(error)}\n`);
      process.exit(1);
    }
  }
}

/** A connection made inside the network behind the descriptor, or what is in the way, in the system's words. */
export async function connectInside(
  network: number,
  address: string,
  port: number,
): Promise<Socket | string> {
  const descriptor = visit(() => {
    enterNetwork(network);
    return beginToConnect(address, port);
  });
  const state = await connected(descriptor);
  if (state === "connected")
    return new Socket({ fd: descriptor, allowHalfOpen: true, readable: true, writable: true });
  closeSync(descriptor);
  return state;
}

async function connected(descriptor: number): Promise<string> {
  const deadline = performance.now() + CONNECT_MS;
  for (let pauseMs = LOOK_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_LOOK_MS)) {
    const state = connectionState(descriptor);
    if (state !== "connecting") return state;
    if (performance.now() > deadline) return "i/o timeout";
    await wait(pauseMs);
  }
}
