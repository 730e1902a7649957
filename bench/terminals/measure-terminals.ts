import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Task, TaskResult } from "./client.js";
import type { Peer } from "./connection.js";

/** A client that hangs is a result too. */
const CLIENT_MS = 180_000;
const START_MS = 60_000;
/** By its path: who enters the namespaces of a node is in another folder. */
const TSX = import.meta.resolve("tsx");

/** Where server and client run: the command by which a program does, and what it finds in its environment. */
export interface Place {
  inside(program: string, args: string[]): [string, string[]];
  env?: Record<string, string>;
}

const HERE: Place = { inside: (program, args) => [program, args] };

/** A server of one peer that runs while `work` does, with the client as a process of its own, both in one place. */
export async function withPeer<Result>(
  peer: Peer,
  work: (run: PeerRun) => Promise<Result>,
  place = HERE,
): Promise<Result> {
  const [command, words] = place.inside(process.execPath, ["--import", TSX, fileOf(`${peer}-server.ts`)]);
  const child = spawn(command, words, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...place.env },
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  try {
    return await work(new PeerRun(peer, await readAddress(child), place));
  } finally {
    child.stdin?.end();
    await exited;
  }
}

/** Measures one peer. */
export class PeerRun {
  readonly #peer: Peer;
  readonly #server: string;
  readonly #place: Place;

  constructor(peer: Peer, server: string, place: Place) {
    this.#peer = peer;
    this.#server = server;
    this.#place = place;
  }

  async perform(task: TaskOf): Promise<TaskResult> {
    const whole: Task = { ...task, peer: this.#peer, server: this.#server };
    const program = ["--import", TSX, fileOf("client.ts"), JSON.stringify(whole)];
    const [command, words] = this.#place.inside(process.execPath, program);
    const client = spawn(command, words, {
      stdio: ["ignore", "pipe", "inherit"],
      timeout: CLIENT_MS,
    });
    let text = "";
    client.stdout?.on("data", (bytes: Buffer) => (text += bytes.toString()));
    await new Promise((resolve) => client.once("close", resolve));
    if (!text) throw new Error(`the client of ${this.#peer} did not finish: ${JSON.stringify(task)}`);
    return JSON.parse(text) as TaskResult;
  }

  /** The longest time the server's event loop stood since this was called last, in ms. */
  async stall(): Promise<number> {
    return Number(await (await fetch(`${this.#server}/stall`)).text());
  }
}

type TaskOf = Task extends infer Each ? (Each extends Task ? Omit<Each, "peer" | "server"> : never) : never;

/** Whether a program is on the search path. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function fileOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("a server did not start")), START_MS);
    let text = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      if (!text.includes("\n")) return;
      clearTimeout(timer);
      resolve((JSON.parse(text) as { url: string }).url);
    });
  });
}
