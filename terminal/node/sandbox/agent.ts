import { closeSync, mkdtempSync, openSync, rmdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { AgentAbilities, AgentRequest, AgentResult, NumberedRequest } from "./agent-protocol.js";
import type { Endpoint } from "./endpoints.js";
import type { ForwarderRequest } from "./forwarder.js";
import { measure } from "./measure.js";
import { addLoopbackAddress, enterNetwork, listenAt, mountTemporary, newNetwork, unmount } from "./libc.js";

/**
 * The process that holds the sessions' networks and temporary folders: it runs in a mount namespace (and, without root, a user
 * namespace) of its own. Its main thread goes from network to network to make sockets; the forwarder's thread stays in the machine's.
 */
const networks = new Map<string, number>();
const MEGABYTE = 1024 * 1024;

async function main(): Promise<void> {
  // Starts Node's thread pool, which resolves names, while this process is still in the machine's network.
  await stat("/");
  const forwarder = new Worker(new URL("./forwarder.js", import.meta.url));
  await new Promise((resolve) => forwarder.once("message", resolve));
  forwarder.on("error", (error) => fail(error));
  const tell = (request: ForwarderRequest): void => forwarder.postMessage(request);
  const { abilities, home } = tryAbilities();
  process.on("message", ({ id, request }: NumberedRequest) => {
    answer(request, { home, tell }).then(
      (result) => process.send?.({ id, result }),
      (error: unknown) =>
        process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  // Nobody is left to ask; the networks of shells that still run go with the shells.
  process.on("disconnect", () => process.exit(0));
  process.on("SIGHUP", () => undefined);
  process.send?.({ ready: abilities });
}

/** Moves to an empty network, from which there is a way into the sessions' and back also without root. */
function tryAbilities(): { abilities: AgentAbilities; home: number } {
  let home = -1;
  const network = reasonOf(() => {
    home = newNetwork();
    closeSync(listenAt("127.0.0.1", 0));
  });
  const temporary = reasonOf(() => {
    const folder = mkdtempSync(join(tmpdir(), "lectern-mount-"));
    try {
      const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
      mountTemporary(folder, { bytes: MEGABYTE, files: 16, uid, gid });
      unmount(folder);
    } finally {
      rmdirSync(folder);
    }
  });
  return { abilities: { network, temporary }, home };
}

function reasonOf(attempt: () => void): true | string {
  try {
    attempt();
    return true;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The main thread's way home, and to the forwarder. */
interface Thread {
  home: number;
  tell: (request: ForwarderRequest) => void;
}

async function answer(request: AgentRequest, thread: Thread): Promise<AgentResult> {
  const { tell } = thread;
  switch (request.type) {
    case "open": {
      close(request.session, tell);
      const descriptor = request.endpoints && openNetwork(request.endpoints, request, thread);
      if (request.temporary) mountTemporary(request.temporary.folder, request.temporary);
      return descriptor === undefined ? {} : { descriptor };
    }
    case "reach":
      reach(request.session, request.endpoints, thread);
      return {};
    case "close":
      close(request.session, tell);
      if (request.folder !== undefined) unmount(request.folder);
      return {};
    case "measure":
      return { measured: await measure(request) };
  }
}

function openNetwork(
  endpoints: readonly Endpoint[],
  { session, network }: { session: string; network?: string },
  thread: Thread,
): number {
  try {
    const descriptor = network === undefined ? newNetwork() : openSync(network, "r");
    networks.set(session, descriptor);
    listenIn(descriptor, { session, endpoints }, thread);
    return descriptor;
  } finally {
    goHome(thread.home);
  }
}

/** Listens at the endpoints in a session's network and has the other thread pass on what comes. */
function listenIn(
  descriptor: number,
  { session, endpoints }: { session: string; endpoints: readonly Endpoint[] },
  { home, tell }: Thread,
): void {
  try {
    enterNetwork(descriptor);
    for (const [index, { target, addresses, isForeign }] of endpoints.entries()) {
      for (const address of addresses) {
        if (isForeign) addLoopbackAddress(address, index + 1);
        tell({ type: "listen", session, descriptor: listenAt(address, target.port), target });
      }
    }
  } finally {
    goHome(home);
  }
}

function reach(session: string, endpoints: readonly Endpoint[], thread: Thread): void {
  const descriptor = networks.get(session);
  if (descriptor === undefined) throw new Error(`session ${session} has no network of its own`);
  thread.tell({ type: "close", session });
  listenIn(descriptor, { session, endpoints }, thread);
}

/** Where this fails the next socket would be made in a learner's network. */
function goHome(home: number): void {
  try {
    enterNetwork(home);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  process.stderr.write(`sandbox agent: ${String(error)}\n`);
  process.exit(1);
}

function close(session: string, tell: (request: ForwarderRequest) => void): void {
  const descriptor = networks.get(session);
  if (descriptor === undefined) return;
  networks.delete(session);
  tell({ type: "close", session });
  closeSync(descriptor);
}

main().catch(fail);
