import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findProgram } from "../bubblewrap.js";
import type {
  AgentAbilities,
  AgentAnswer,
  AgentReady,
  AgentRequest,
  AgentResult,
  Measured,
} from "./agent-protocol.js";
import type { Endpoint } from "./endpoints.js";

/** Node starts in a tenth of a second; a machine under load takes its time. */
const START_MS = 10_000;
const ANSWER_MS = 30_000;
/** What the agent says that may wait for a reader of the host's output; it says little, and what is beyond is nobody's loss. */
const UNREAD_BYTES = 65_536;

interface Waiting {
  resolve: (value: AgentResult) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
}

/** The agent as the host sees it. */
export class SandboxAgent {
  readonly abilities: AgentAbilities;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;

  private constructor(child: ChildProcess, abilities: AgentAbilities) {
    this.#child = child;
    this.abilities = abilities;
    child.on("message", (message) => this.#settle(message as AgentAnswer));
    child.once("exit", () => {
      for (const { reject, timer } of this.#waiting.values()) {
        clearTimeout(timer);
        reject(new Error("the sandbox agent has ended"));
      }
      this.#waiting.clear();
    });
  }

  /**
   * Starts the agent in namespaces of its own, or in the mount namespace of one that has ended. Throws where the machine allows
   * none, or no answer comes.
   */
  static async start(mountNamespace?: string): Promise<SandboxAgent> {
    const [execPath, ...execArgv] = [...namespaceArguments(mountNamespace), process.execPath];
    const child = fork(agentEntry(), [], {
      execPath,
      execArgv,
      env: { PATH: "/usr/bin:/bin" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    // By way of the host, whose own output a full disk or a slow reader neither ends nor holds up.
    child.stderr?.on("data", passOn).on("error", () => undefined);
    try {
      return new SandboxAgent(child, await abilitiesOf(child));
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Runs the listener when the agent ends, however that came. */
  onExit(listener: () => void): void {
    this.#child.once("exit", listener);
  }

  /** Makes network and temporary folder of a session; answers with a descriptor of this process for the network. */
  async open(request: Extract<AgentRequest, { type: "open" }>): Promise<number | undefined> {
    const { descriptor } = await this.#ask(request);
    return descriptor === undefined ? undefined : openSync(`/proc/${this.pid}/fd/${descriptor}`, "r");
  }

  /** Has a session's network lead to other endpoints from now on. */
  async reach(session: string, endpoints: readonly Endpoint[]): Promise<void> {
    await this.#ask({ type: "reach", session, endpoints });
  }

  async close(session: string, folder?: string): Promise<void> {
    await this.#ask({ type: "close", session, ...(folder !== undefined && { folder }) });
  }

  /** What folders and processes take on the disk, counted by children of the agent. Throws where the agent does not answer. */
  async measure(folders: readonly string[], processes: readonly number[]): Promise<Measured | "too many"> {
    const { measured } = await this.#ask({ type: "measure", folders, processes });
    if (!measured) throw new Error("the sandbox agent answered without a measure");
    return measured;
  }

  /** Ends the agent; networks and temporary folders go with the last shell in them. */
  stop(): void {
    this.#child.kill("SIGKILL");
  }

  #ask(request: AgentRequest): Promise<AgentResult> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        // One that is deaf is replaced like one that has ended.
        this.#child.kill("SIGKILL");
        reject(new Error(`the sandbox agent did not answer within ${ANSWER_MS / 1000} s`));
      }, ANSWER_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#child.send({ id, request }, (error) => {
        if (!error || !this.#waiting.delete(id)) return;
        clearTimeout(timer);
        reject(error);
      });
    });
  }

  #settle(message: AgentAnswer): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    clearTimeout(waiting.timer);
    if ("error" in message) waiting.reject(new Error(message.error));
    else waiting.resolve(message.result);
  }
}

function namespaceArguments(mountNamespace: string | undefined): string[] {
  if (mountNamespace !== undefined) return [findProgram("nsenter"), `--mount=${mountNamespace}`, "--"];
  const own =
    process.getuid?.() === 0
      ? ["--mount", "--propagation", "slave"]
      : ["--user", "--map-current-user", "--keep-caps", "--mount", "--propagation", "private"];
  return [findProgram("unshare"), ...own];
}

function passOn(said: Buffer): void {
  if (process.stderr.writableLength < UNREAD_BYTES) process.stderr.write(said);
}

/** The compiled program, also where this file runs from source: a process of its own takes no TypeScript. */
function agentEntry(): string {
  const inPlace = fileURLToPath(new URL("./agent.js", import.meta.url));
  if (!import.meta.url.endsWith(".ts")) return inPlace;
  return fileURLToPath(new URL("../../../dist/terminal/node/sandbox/agent.js", import.meta.url));
}

async function abilitiesOf(child: ChildProcess): Promise<AgentAbilities> {
  const signal = AbortSignal.timeout(START_MS);
  const failed = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`unshare ended with ${String(code)}`);
  });
  failed.catch(() => undefined);
  const [message] = (await Promise.race([once(child, "message", { signal }), failed])) as [AgentReady];
  return message.ready;
}
