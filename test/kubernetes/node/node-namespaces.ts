import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type RunOptions, runProgram } from "../control-plane/run-program.js";

/** Where nodes keep their files: a disk, since containers' layers are there, and one place for all runs, so that each finds what another left. */
const NODES = "/var/tmp/lectern-nodes";
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 60_000;

/** The address of the node in its own network. */
export const NODE_ADDRESS = "10.99.0.1";

/** What another process must know to enter the namespaces of a node. */
export interface NodeIdentity {
  /** The process that holds the namespaces, by the id this machine knows it by. */
  pid: number;
  /** Where all files of the node are. */
  folder: string;
  /** Path of the control group below which its containers are. */
  cgroup: string;
  /** Folder of the programs that `nodeBinaries` built. */
  binaries: string;
}

/** An address inside that is reachable on this machine's loopback until it is closed. */
export interface Forward {
  /** `127.0.0.1:PORT`. */
  address: string;
  close(): Promise<void>;
}

/** Mount, network, IPC and process namespaces, with a folder and control groups, in which a node runs without changing the machine. */
export class NodeNamespaces {
  readonly identity: NodeIdentity;

  constructor(identity: NodeIdentity) {
    this.identity = identity;
  }

  /** The command by which a program started outside runs inside, as root. */
  inside(program: string, args: string[]): [string, string[]] {
    const namespaces = ["--mount", "--net", "--ipc", "--pid"];
    return ["nsenter", [`--target=${this.identity.pid}`, ...namespaces, "--", program, ...args]];
  }

  /** Runs a program inside to its end; returns its standard output, throws with its standard error when it fails. */
  run(program: string, args: string[], options: RunOptions = {}): Promise<string> {
    const [command, words] = this.inside(program, args);
    return runProgram(command, words, options);
  }

  /** Makes an address inside, `10.96.0.10:53` for example, reachable on this machine's loopback, on `port` or a free one. */
  async forward(to: string, port = 0): Promise<Forward> {
    const child = spawn(
      join(this.identity.binaries, "namespace-forward"),
      [`-namespace=/proc/${this.identity.pid}/ns/net`, `-listen=127.0.0.1:${port}`, `-to=${to}`],
      { stdio: "pipe" },
    );
    return { address: await firstLine(child, `a forwarder to ${to}`), close: () => ended(child) };
  }
}

/** Namespaces and who may end them. */
export interface HeldNode {
  namespaces: NodeNamespaces;
  /** Ends every process inside, and removes folder and control groups. */
  stop(): Promise<void>;
}

/**
 * Makes the namespaces of a node; `binaries` is the folder that `nodeBinaries` returns. All goes with `stop`, and just so when
 * this process ends without calling it. Throws with what the set-up said when it fails.
 */
export async function startNodeNamespaces(binaries: string): Promise<HeldNode> {
  const script = fileURLToPath(new URL("node.sh", import.meta.url));
  const name = `lectern-node-${randomBytes(4).toString("hex")}`;
  const holder = spawn(script, [NODES, name, join(binaries, "pause")], {
    stdio: "pipe",
    // Signals for the test's own group, such as that of Ctrl-C, must not keep it from clearing up.
    detached: true,
  });
  const [pid, cgroup = ""] = (await firstLine(holder, "the namespaces of the node")).split(" ");
  const identity = { pid: Number(pid), folder: join(NODES, name), cgroup, binaries };
  return { namespaces: new NodeNamespaces(identity), stop: () => ended(holder) };
}

/** Closes its input, which both programs take as the order to end. */
async function ended(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode !== null || child.signalCode !== null) return;
  await once(child, "exit", { signal: AbortSignal.timeout(STOP_DEADLINE_MS) });
}

async function firstLine(child: ChildProcess, what: string): Promise<string> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString("utf8")).slice(-4_000)));
  if (child.stdout === null) throw new Error(`${what}: no output to read`);
  const lines = createInterface(child.stdout);
  const signal = AbortSignal.timeout(START_DEADLINE_MS);
  try {
    const [line] = (await Promise.race([
      once(lines, "line", { signal }),
      once(child, "close", { signal }).then(() => Promise.reject(new Error("it ended"))),
    ])) as [string];
    return line;
  } catch (cause) {
    child.stdin?.end();
    throw new Error(`${what} did not start: ${said.trim() || String(cause)}`, { cause });
  }
}
