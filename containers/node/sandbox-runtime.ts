import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import type {
  ContainerExit,
  ContainerRuntime,
  ContainerSpec,
  DialOptions,
  ExecSpec,
  LogLine,
  LogOptions,
  RunningProcess,
  SandboxSpec,
  SandboxState,
  VolumeSpec,
} from "../../cluster/containers/container-runtime.js";
import { AccountRegistry } from "../../terminal/node/account-registry.js";
import { writeFilter } from "../../terminal/node/bubblewrap.js";
import { endLeftOverPods, removeFolder } from "./left-over-pods.js";
import { findImage } from "../images/catalogue.js";
import type { Image } from "../images/image.js";
import { programOf } from "../images/image.js";
import type { ContainerPlace, ContainerView } from "./bubblewrap-command.js";
import { ClientConnections } from "./client-connections.js";
import { podOf } from "./container-id.js";
import { Container } from "./container.js";
import { ContainerExits } from "./container-exits.js";
import type { ContainerProcess } from "./container-process.js";
import { boundedLimits, type ContainerLimits, defaultContainerLimits } from "./container-limits.js";
import { makeRoot } from "./container-root.js";
import { viewOf } from "./container-view.js";
import { watchLimits } from "./limit-reached.js";
import { LastWords } from "./last-words.js";
import { type ContainerGroups, NamespaceGroups } from "./namespace-groups.js";
import { Networks } from "./networks.js";
import { Pod } from "./pod.js";
import { keyOfCluster } from "./pod-owner.js";
import { PodTable } from "./pod-table.js";
import { ReadOnlyMachine } from "./read-only-machine.js";
import { asRunning, runInSandbox } from "./run-in-sandbox.js";

export interface SandboxRuntimeOptions {
  /** Holds a folder for each pod, and what bubblewrap tells of containers; on a path that every account may pass through. */
  dataDir: string;
  limits?: ContainerLimits;
}

/** Runs containers in sandboxes on this machine. The mount namespace of this process must be its own. */
export class SandboxRuntime implements Omit<ContainerRuntime, "image" | "onLost" | "setServices"> {
  readonly networks = new Networks((line) => process.stderr.write(`${line}\n`));
  readonly #pods: PodTable;
  readonly #exits = new ContainerExits();
  readonly #clients = new ClientConnections();
  readonly #views = new Map<string, { view: ContainerView; place: ContainerPlace }>();
  /** Ids of containers that are being started. */
  readonly #starting = new Set<string>();
  /** Of control groups of containers that have ended. */
  readonly #removals = new Set<Promise<void>>();
  readonly #limits: ContainerLimits;
  readonly #podsFolder: string;
  readonly #statusFolder: string;
  readonly #accounts: AccountRegistry;
  readonly #groups: NamespaceGroups;
  readonly #machine: ReadOnlyMachine;
  readonly #filter: string;

  private constructor(
    { dataDir, limits = defaultContainerLimits }: SandboxRuntimeOptions,
    { groups, machine }: { groups: NamespaceGroups; machine: ReadOnlyMachine },
  ) {
    this.#limits = limits;
    this.#groups = groups;
    this.#machine = machine;
    this.#podsFolder = join(dataDir, "pods");
    this.#statusFolder = join(dataDir, "status");
    for (const folder of [dataDir, this.#podsFolder, this.#statusFolder]) {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o711);
    }
    this.#accounts = new AccountRegistry({ sessionsFolder: this.#podsFolder });
    this.#pods = new PodTable({
      folder: this.#podsFolder,
      accounts: this.#accounts,
      limits,
      networks: this.networks,
    });
    this.#filter = writeFilter(dataDir);
  }

  /** Ends what a runtime before this one, which was killed, has left running. Throws where the machine's accounts cannot be kept apart. */
  static async start(options: SandboxRuntimeOptions): Promise<SandboxRuntime> {
    const { dataDir, limits = defaultContainerLimits } = options;
    const [groups, machine] = await Promise.all([
      NamespaceGroups.detect(join(dataDir, "pods"), limits.ofNamespace),
      ReadOnlyMachine.make(),
    ]);
    const runtime = new SandboxRuntime(options, { groups, machine });
    await endLeftOverPods(runtime.#podsFolder, runtime.#accounts);
    for (const name of readdirSync(runtime.#statusFolder)) removeFolder(join(runtime.#statusFolder, name));
    return runtime;
  }

  /** `cluster` names a session's own; the platform's has no name. */
  async startSandbox(spec: SandboxSpec, cluster?: string): Promise<void> {
    await this.#pods.make(spec, cluster);
  }

  async updateVolumes(id: string, volumes: readonly VolumeSpec[]): Promise<void> {
    (await this.#pod(id)).updateVolumes(volumes);
  }

  async start(spec: ContainerSpec): Promise<void> {
    const pod = await this.#pod(spec.sandbox);
    if (pod.containers.has(spec.id) || this.#starting.has(spec.id))
      throw new Error(`the container ${spec.id} was started before`);
    const most = this.#limits.containersOfPod;
    const starting = [...this.#starting].filter((id) => podOf(id) === spec.sandbox).length;
    if (pod.containers.size + starting >= most)
      throw new Error(
        `at most ${most} containers of a pod run on this machine, those that have ended with them`,
      );
    this.#starting.add(spec.id);
    try {
      await this.#begin(pod, spec);
    } finally {
      this.#starting.delete(spec.id);
    }
  }

  async #begin(pod: Pod, spec: ContainerSpec): Promise<void> {
    const answer = findImage(spec.image, spec.ownImages);
    if (answer.kind !== "runs") throw new Error(`no stand-in plays the image ${JSON.stringify(spec.image)}`);
    const { image } = answer;
    const [root, words] = [pod.rootFolder(spec), pod.wordsFile(spec)];
    const forget = async (): Promise<void> => {
      this.#views.delete(spec.id);
      pod.releaseMounts(spec);
      removeFolder(root);
      rmSync(words, { force: true });
      const removed = this.#groups.remove(pod.owner, spec);
      this.#removals.add(removed);
      await removed.finally(() => this.#removals.delete(removed));
    };
    const { view, place, groups, process, lastWords } = await this.#run(pod, spec, { image, root }).catch(
      async (error: unknown) => {
        await forget();
        throw error;
      },
    );
    if (this.#pods.get(spec.sandbox) !== pod) {
      process.end();
      await forget();
      throw new Error(`the pod of the container ${spec.id} was removed meanwhile`);
    }
    this.#views.set(spec.id, { view, place });
    const container = new Container(spec, process, {
      limitReached: watchLimits(groups, place.limits, pod.owner),
      lastWords,
    });
    pod.containers.set(spec.id, container);
    void this.#whenEnded(container, pod, forget);
  }

  /** Makes its root and starts its first process there. */
  async #run(
    pod: Pod,
    spec: ContainerSpec,
    { image, root }: { image: Image; root: string },
  ): Promise<{
    view: ContainerView;
    place: ContainerPlace;
    groups: ContainerGroups;
    process: ContainerProcess;
    lastWords: LastWords | undefined;
  }> {
    const { hostname, hosts, resolver } = pod.spec;
    const { workingDir = image.workingDir } = spec;
    makeRoot(root, { image, hostname, hosts, resolver, workingDir, uid: pod.uid });
    const lastWords = LastWords.make(pod.wordsFile(spec), spec, pod.uid);
    const mounts = pod.mountsOf(spec);
    const view = viewOf(spec, image, { root, sharedMemory: pod.sharedMemory, hostname, mounts, lastWords });
    const limits = boundedLimits(this.#limits, spec);
    const groups = this.#groups.make(pod.owner, spec, limits);
    const place = { ...this.#placeOf(spec, image, pod), limits, groups: groups.own };
    const process = await runInSandbox(programOf(image, spec), {
      view,
      place,
      streams: spec,
      folder: this.#statusFolder,
    });
    return { view, place, groups, process, lastWords };
  }

  async exec(id: string, { command, stdin, tty }: ExecSpec): Promise<RunningProcess> {
    const container = await this.#running(id);
    const seen = this.#views.get(id);
    if (seen === undefined) throw new Error(`the container ${id} has ended`);
    const view = tty
      ? { ...seen.view, env: [...seen.view.env, ["TERM", "xterm"] as [string, string]] }
      : seen.view;
    const process = await runInSandbox(command, {
      ...seen,
      view,
      streams: { stdin, tty },
      folder: this.#statusFolder,
      beside: container.process.pid,
    });
    return asRunning(process);
  }

  async attach(id: string): Promise<RunningProcess> {
    return (await this.#container(id)).attach();
  }

  async *logs(id: string, options: LogOptions): AsyncGenerator<LogLine> {
    yield* (await this.#container(id)).log.read(options);
  }

  async dial(sandbox: string, port: number, { isProbe = false }: DialOptions = {}): Promise<Duplex> {
    const { network, owner } = await this.#pod(sandbox);
    return isProbe ? network.dial(port) : this.#clients.dial(owner, () => network.dial(port));
  }

  async stop(id: string, graceMs: number): Promise<void> {
    await (await this.#container(id)).stop(graceMs);
  }

  async removeContainer(id: string): Promise<void> {
    const pod = this.#pods.get(podOf(id));
    if (pod?.containers.get(id)?.exit !== undefined) pod.containers.delete(id);
  }

  async removeSandbox(id: string): Promise<void> {
    // One that could not be made has left nothing.
    const pod = await this.#pods.whenMade(id).catch(() => undefined);
    if (pod === undefined) return;
    await Pod.end([pod]);
    this.#pods.giveBack(pod);
  }

  /** Tells of containers of a session's own cluster or of the platform's. */
  onExit(listener: (exit: ContainerExit) => void, cluster?: string): () => void {
    return this.#exits.listen(listener, cluster);
  }

  async list(cluster?: string): Promise<SandboxState[]> {
    return this.#pods.states(cluster);
  }

  /** Throws where the pod, if there is one, is another cluster's than that of who asks for it. */
  requireOwn(sandbox: string, cluster?: string): void {
    this.#pods.requireOwn(sandbox, cluster);
  }

  /** Ends and removes all pods of a session's own cluster, which is no more, and what it said of its network. */
  async removeCluster(cluster: string): Promise<void> {
    // What it asked for last may begin while others are being ended.
    for (let left = this.#pods.states(cluster); left.length > 0; left = this.#pods.states(cluster))
      await Promise.all(left.map(({ id }) => this.removeSandbox(id)));
    this.networks.forget(keyOfCluster(cluster));
  }

  /** Ends and removes everything. */
  async close(): Promise<void> {
    const pods = await this.#pods.all();
    await Pod.end(pods);
    await Promise.all(pods.flatMap(({ containers }) => [...containers.values()].map(({ ended }) => ended)));
    await Promise.all(this.#removals);
    for (const pod of pods) this.#pods.giveBack(pod);
    this.networks.close();
    this.#groups.close();
    this.#machine.close();
    this.#accounts.close();
  }

  async #whenEnded(container: Container, { owner }: Pod, forget: () => Promise<void>): Promise<void> {
    this.#exits.tell(await container.ended, owner.cluster);
    await forget();
  }

  #placeOf(spec: ContainerSpec, image: Image, pod: Pod): Omit<ContainerPlace, "groups" | "limits"> {
    const user = spec.user ?? image.user ?? 0;
    return {
      uid: pod.uid,
      user,
      // As a runtime has it: of a user alone, the group is root's.
      group: spec.group ?? 0,
      network: pod.network,
      machine: this.#machine.path,
      countsMemory: this.#groups.controllers.includes("memory"),
      filter: this.#filter,
    };
  }

  async #pod(id: string): Promise<Pod> {
    const pod = await this.#pods.whenMade(id);
    if (pod === undefined) throw new Error(`there is no sandbox ${id}`);
    return pod;
  }

  async #container(id: string): Promise<Container> {
    const found = this.#pods.get(podOf(id))?.containers.get(id);
    if (found === undefined) throw new Error(`there is no container ${id}`);
    return found;
  }

  async #running(id: string): Promise<Container> {
    const container = await this.#container(id);
    if (container.exit !== undefined) throw new Error(`the container ${id} has ended`);
    return container;
  }
}
