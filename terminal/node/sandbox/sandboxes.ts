import { closeSync, openSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { ConfinementReport } from "../../common/confinement-report.js";
import { TerminalError, terminalErrorCodes } from "../../common/errors.js";
import type { SessionLimits } from "../../common/session-limits.js";
import type { Confinement } from "../confinement.js";
import type { SessionPlace } from "../session-folder.js";
import { systemWords } from "../system-words.js";
import { SandboxAgent } from "./agent-client.js";
import type { Measured } from "./agent-protocol.js";
import { ControlGroups } from "./control-groups.js";
import { endpointsFor, hostsFile, type Endpoint } from "./endpoints.js";
import type { Sandbox } from "./launch.js";
import { measure } from "./measure.js";
import { PodMembership, resolverText } from "./pod-membership.js";
import { reportOfPod } from "./pod-report.js";
import { reportOf } from "./report.js";

export interface SandboxesOptions {
  /** A file name that is this host's alone, for its control groups. */
  owner: string;
  /** Most of what a session may use; told in the report. */
  limits: SessionLimits;
  confinement: Confinement;
  /** The socket of what connects networks to those of pods; none are connected where absent. */
  podNetworks?: string;
  /** One line for the log. */
  report(line: string): void;
}

/** What a sandbox needs to know of its session; its folders exist. */
export type SandboxedSession = Pick<
  SessionPlace,
  "name" | "account" | "temporaryFolder" | "hostsFile" | "resolverFile" | "reaches" | "pods" | "limits"
>;

/** Longest pause before an agent that ends again and again is started once more. */
const RESTART_LIMIT_MS = 10_000;
const RESTART_MS = 100;

interface OpenSandbox {
  sandbox: Sandbox;
  session: SandboxedSession;
  endpoints: readonly Endpoint[];
  network?: number;
  membership?: PodMembership;
}

/** What the sessions of one host have for themselves besides account and folders: network, temporary files, control groups. */
export class Sandboxes {
  readonly report: ConfinementReport;
  readonly #options: SandboxesOptions;
  readonly #groups: ControlGroups;
  readonly #open = new Map<string, OpenSandbox>();
  #agent: SandboxAgent | undefined;
  /** The agent's mount namespace and, without root, its user namespace. */
  #namespaces: { mount: number; user?: number } | undefined;
  #isStopped = false;

  private constructor(options: SandboxesOptions, groups: ControlGroups, agent: SandboxAgent | string) {
    this.#options = options;
    this.#groups = groups;
    if (typeof agent !== "string") this.#adopt(agent);
    if (this.#isPod) {
      this.report = reportOfPod(options.limits);
      return;
    }
    this.report = reportOf({
      ...options,
      groups,
      abilities: typeof agent === "string" ? { network: agent, temporary: agent } : agent.abilities,
    });
  }

  get #isPod(): boolean {
    return this.#options.confinement.kind === "pod";
  }

  /** Whether each session's /tmp is held to its size by itself. */
  get hasOwnTemporary(): boolean {
    return this.#agent?.abilities.temporary === true;
  }

  /** Whether a control group knows the processes of a session. */
  get countsProcesses(): boolean {
    return this.#groups.ends;
  }

  /** The processes of a session; empty where no control group knows. */
  processes(session: string): number[] {
    return this.#groups.processes(session);
  }

  /** Bytes of memory that a session takes; `undefined` where no control group counts them. */
  memoryOf(session: string): number | undefined {
    return this.#groups.memoryOf(session);
  }

  /** Finds out what the machine allows; what it does not allow stands in the report and stops nobody. */
  static async start(options: SandboxesOptions): Promise<Sandboxes> {
    if (options.confinement.kind === "pod")
      return new Sandboxes(options, ControlGroups.none(), "a pod has its own");
    const isPlain = options.confinement.kind === "none";
    const [groups, agent] = await Promise.all([
      ControlGroups.detect(options.owner),
      isPlain
        ? "shells are not confined"
        : SandboxAgent.start().catch((error: unknown) => (error as Error).message),
    ]);
    return new Sandboxes(options, groups, agent);
  }

  /**
   * Gives a session its groups, network and temporary files, and takes away what one of that name had before. Throws
   * TERMINAL_TOO_MANY for too many targets, TERMINAL_SPAWN_FAILED where the kernel refuses.
   */
  async open(session: SandboxedSession): Promise<Sandbox> {
    await this.close(session.name);
    const endpoints = endpointsFor(session.reaches);
    let network: number | undefined;
    try {
      const groups = this.#groups.make(session.name, session.limits);
      const own = this.#agent && (await this.#openInAgent(this.#agent, session, endpoints));
      network = own?.network;
      const membership = this.#joinPods(session, network);
      const sandbox: Sandbox = {
        limits: session.limits,
        groups,
        countsMemory: this.#isPod || this.#groups.controllers.includes("memory"),
        namespaces: own?.namespaces ?? [],
        ...(own?.network !== undefined && { hostsFile: session.hostsFile }),
        ...(membership && { resolverFile: session.resolverFile }),
      };
      this.#open.set(session.name, {
        sandbox,
        session,
        endpoints,
        ...own,
        ...(membership && { membership }),
      });
      await membership?.settled;
      return sandbox;
    } catch (error) {
      this.#open.delete(session.name);
      await this.#discard(session, network);
      if (error instanceof TerminalError) throw error;
      const message = `The sandbox of session ${session.name} could not be made: ${systemWords(error)}.`;
      throw new TerminalError(terminalErrorCodes.spawnFailed, message, error);
    }
  }

  /** Has an open session reach something else from now on. Throws what `open` throws. */
  async reach(name: string, reaches: SandboxedSession["reaches"]): Promise<void> {
    const found = this.#open.get(name);
    if (!found) return;
    found.endpoints = endpointsFor(reaches);
    if (found.network === undefined || !this.#agent) return;
    await this.#agent.reach(name, found.endpoints);
    // In its place: the boxes that run see this very file.
    writeFileSync(found.session.hostsFile, hostsFile(found.endpoints, hostname()));
  }

  /** Ends what still runs and takes everything of the session away; safe to call for one that has none. */
  async close(name: string): Promise<void> {
    const found = this.#open.get(name);
    if (!found) return this.#groups.remove(name);
    this.#open.delete(name);
    found.membership?.end();
    await this.#discard(found.session, found.network);
  }

  /** What a session takes on the disk in these folders, and in removed files; `undefined` while there is nobody to count. */
  async measure(session: string, folders: readonly string[]): Promise<Measured | "too many" | undefined> {
    if (this.#isPod) return measure({ type: "measure", folders, processes: [] }).catch(() => undefined);
    return this.#agent?.measure(folders, this.processes(session)).catch(() => undefined);
  }

  /** Ends every process of every session and lets go of everything; their folders stay. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#open.keys()].map((name) => this.#groups.remove(name)));
    for (const { network, membership } of this.#open.values()) {
      membership?.end();
      if (network !== undefined) closeSync(network);
    }
    this.#open.clear();
    this.#agent?.stop();
    this.#groups.close();
    if (!this.#namespaces) return;
    closeSync(this.#namespaces.mount);
    if (this.#namespaces.user !== undefined) closeSync(this.#namespaces.user);
    this.#namespaces = undefined;
  }

  async #discard({ name, temporaryFolder }: SandboxedSession, network?: number): Promise<void> {
    await this.#groups.remove(name);
    if (network !== undefined) closeSync(network);
    await this.#agent
      ?.close(name, this.hasOwnTemporary ? temporaryFolder : undefined)
      .catch((error: unknown) => this.#options.report(`${name}: ${(error as Error).message}`));
  }

  async #openInAgent(
    agent: SandboxAgent,
    session: SandboxedSession,
    endpoints: readonly Endpoint[],
  ): Promise<{ namespaces: string[]; network?: number }> {
    const { temporaryBytes: bytes, temporaryFiles: files } = session.limits;
    const account = session.account ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    const hasNetwork = agent.abilities.network === true;
    if (hasNetwork) writeFileSync(session.hostsFile, hostsFile(endpoints, hostname()), { mode: 0o644 });
    const network = await agent.open({
      type: "open",
      session: session.name,
      ...(hasNetwork && { endpoints }),
      ...(this.hasOwnTemporary && {
        temporary: { folder: session.temporaryFolder, bytes, files, ...account },
      }),
    });
    const { mount, user } = this.#namespaces ?? {};
    const namespaces = [
      ...(user === undefined ? [] : [`--user=${pathOf(user)}`, "--preserve-credentials"]),
      ...(mount === undefined || !this.hasOwnTemporary ? [] : [`--mount=${pathOf(mount)}`]),
      ...(network === undefined ? [] : [`--net=${pathOf(network)}`]),
    ];
    return { namespaces, ...(network !== undefined && { network }) };
  }

  /** Has the pods of a session in its network, where there are any. */
  #joinPods(
    { name, pods, resolverFile }: SandboxedSession,
    network: number | undefined,
  ): PodMembership | undefined {
    const { podNetworks: socket } = this.#options;
    if (socket === undefined || pods === undefined || network === undefined) return undefined;
    writeFileSync(resolverFile, resolverText(pods.namespace), { mode: 0o644 });
    return new PodMembership({
      socket,
      request: { type: "join", network: pods.network, path: pathOf(network) },
      report: (line) => this.#options.report(`${name}: ${line}`),
    });
  }

  #adopt(agent: SandboxAgent): void {
    this.#agent = agent;
    const open = (name: string): number => openSync(`/proc/${agent.pid}/ns/${name}`, "r");
    // Descriptors of an earlier agent's stay open: sessions of its time are entered by them.
    this.#namespaces =
      process.getuid?.() === 0
        ? { mount: this.#namespaces?.mount ?? open("mnt") }
        : { mount: open("mnt"), user: open("user") };
    agent.onExit(() => {
      if (this.#agent === agent) this.#agent = undefined;
      if (!this.#isStopped) void this.#replace();
    });
  }

  /** Starts an agent in the place of one that has ended, and has it take over the networks that go on. */
  async #replace(): Promise<void> {
    this.#options.report("the sandbox agent has ended; sessions reach nothing outside until it is back");
    const isRoot = process.getuid?.() === 0;
    for (let pause = RESTART_MS; !this.#isStopped; pause = Math.min(pause * 2, RESTART_LIMIT_MS)) {
      await wait(pause);
      try {
        const mount = this.#namespaces && pathOf(this.#namespaces.mount);
        const agent = await SandboxAgent.start(isRoot ? mount : undefined);
        if (this.#isStopped) return agent.stop();
        this.#adopt(agent);
        return await this.#handOver(agent, isRoot);
      } catch (error) {
        this.#options.report(`the sandbox agent does not start: ${(error as Error).message}`);
      }
    }
  }

  async #handOver(agent: SandboxAgent, isRoot: boolean): Promise<void> {
    const sessions = [...this.#open].filter(([, { network }]) => network !== undefined);
    // Only root may enter the networks that another user namespace owns.
    if (!isRoot && sessions.length > 0) {
      const names = sessions.map(([name]) => name).join(", ");
      return this.#options.report(`these sessions reach nothing outside of themselves any more: ${names}`);
    }
    for (const [session, { endpoints, network = -1 }] of sessions) {
      try {
        const again = await agent.open({ type: "open", session, endpoints, network: pathOf(network) });
        if (again !== undefined) closeSync(again);
      } catch (error) {
        this.#options.report(`${session} reaches nothing outside of itself: ${(error as Error).message}`);
      }
    }
    this.#options.report(`the sandbox agent is back with ${sessions.length} sessions`);
  }
}

/** A path to one of our descriptors for a program we start. */
function pathOf(descriptor: number): string {
  return `/proc/${process.pid}/fd/${descriptor}`;
}
