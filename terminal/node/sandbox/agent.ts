import { execFile } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmdirSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import type { AgentAbilities, AgentRequest, FolderUse, NumberedRequest } from "./agent-protocol.js";
import type { Endpoint } from "./endpoints.js";
import type { ForwarderRequest } from "./forwarder.js";
import { addLoopbackAddress, enterNetwork, listenAt, mountTemporary, newNetwork, unmount } from "./libc.js";

/**
 * The process that holds the sessions' networks and temporary folders: it runs in a mount namespace (and, without root, a user
 * namespace) of its own. Its main thread goes from network to network to make sockets; the forwarder's thread stays in the machine's.
 */
const networks = new Map<string, number>();
/** Counting is given up after this: a folder that takes longer holds millions of files. */
const MEASURE_MS = 20_000;
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

interface Result {
  descriptor?: number;
  uses?: FolderUse[];
}

/** The main thread's way home, and to the forwarder. */
interface Thread {
  home: number;
  tell: (request: ForwarderRequest) => void;
}

async function answer(request: AgentRequest, thread: Thread): Promise<Result> {
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
      return { uses: await measure(request.folders) };
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

async function measure(folders: readonly string[]): Promise<FolderUse[]> {
  const [bytes, files] = await Promise.all([count(folders, "--block-size=1"), count(folders, "--inodes")]);
  return folders.map((folder) => ({ bytes: bytes.get(folder) ?? 0, files: files.get(folder) ?? 0 }));
}

/** Runs as this process does: the learner cannot close a folder to it. */
async function count(folders: readonly string[], unit: string): Promise<Map<string, number>> {
  const options = {
    timeout: MEASURE_MS,
    killSignal: "SIGKILL",
    env: { PATH: "/usr/bin:/bin", LANG: "C" },
  } as const;
  // A file that goes away while it is counted makes the status 1; what was counted is still said.
  const { stdout, killed } = await promisify(execFile)(
    "nice",
    ["du", "-s", "-x", unit, "--", ...folders],
    options,
  ).then(
    (said) => ({ stdout: said.stdout, killed: false }),
    (error: { stdout?: string; killed?: boolean }) => ({
      stdout: error.stdout ?? "",
      killed: error.killed === true,
    }),
  );
  if (killed) throw new Error(`${folders.join(", ")} cannot be counted within ${MEASURE_MS / 1000} s`);
  return new Map(
    stdout
      .split("\n")
      .map((line) => line.split("\t"))
      .map(([number, folder = ""]) => [folder, Number(number)]),
  );
}

main().catch(fail);
