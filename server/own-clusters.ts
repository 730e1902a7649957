import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import type { Logger } from "pino";
import { parse } from "yaml";
import { removePodsOfCluster } from "../containers/node/ask-containers.js";
import { keyOfCluster } from "../containers/node/pod-owner.js";
import { KubernetesClient } from "../kubernetes/node/kubernetes-client.js";
import { FolderRemover } from "../terminal/node/folder-remover.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../workshop/common/errors.js";
import type { OwnClusterSettings, OwnClusters } from "../workshop/node/session-cluster.js";
import { builtFile, readEnvironment } from "./config.js";
import type { DataPaths, Environment, ServeConfig } from "./config.js";
import { askOwnCluster } from "./supervisor/own-cluster.js";
import { readKubeconfig } from "./supervisor/preflight.js";
import { writePrivately } from "./supervisor/private-file.js";
import { endLeftOver, supervise } from "./supervisor/supervised-process.js";
import type { SupervisedProcess } from "./supervisor/supervised-process.js";

export interface OwnClustersOptions {
  paths: Pick<DataPaths, "ownClusters" | "owners">;
  environment: Pick<Environment, "childEnvironment">;
  /** How many may run at once. */
  most?: number | undefined;
  /** Socket of the process that runs containers; pods are simulated where absent. */
  containers?: string | undefined;
  log: Logger;
}

/** What a cluster takes in which nobody does anything. */
const IDLE_BYTES = 90 * 2 ** 20;
/** A cluster is for one learner: small heaps, and a bound on what its objects may take of the machine. */
const NODE_FLAGS = ["--optimize-for-size", "--max-semi-space-size=2", "--max-old-space-size=384"];
/** Threads that hardly run do not each keep memory of their own: 5 MB less. */
const ALLOCATION = { MALLOC_ARENA_MAX: "1" };
/** 32 MiB: a learner's objects are some hundred kilobytes; with their versions and the watches on them this fits in the heap. */
const QUOTA_BYTES = 32 * 2 ** 20;
/** A cluster that hangs is one learner's, and there may be a hundred of them to ask. */
const PROBE_EVERY_MS = 5_000;
/** Pods are ended within a second; a machine under load takes its time. */
const PODS_GONE_MS = 20_000;
/** Where what has ended is taken away; no session's name begins so. */
const REMOVED = ".removed";

/** As many as half of the machine's memory holds. */
export function defaultMaxOwnClusters(memoryBytes = totalmem()): number {
  return Math.max(1, Math.floor(memoryBytes / 2 / IDLE_BYTES));
}

/** Those of this server; none where its shells are elsewhere, or its sessions other servers' as well. */
export function openOwnClusters(
  config: Pick<ServeConfig, "pods" | "database" | "terminalHost" | "maxOwnClusters">,
  { paths, containers }: { paths: DataPaths; containers?: string | undefined },
  log: Logger,
): OwnClusterProcesses | undefined {
  const { pods, database, terminalHost, maxOwnClusters: most } = config;
  if (pods !== undefined || database !== undefined || terminalHost !== undefined) return undefined;
  return new OwnClusterProcesses({ paths, environment: readEnvironment(), most, containers, log });
}

interface Running {
  process: SupervisedProcess;
  client: KubernetesClient;
}

/**
 * The clusters that sessions have of their own: each a process beside the server, with its data in a folder of its own, started again when it
 * dies, and taken over from a server that has died.
 */
export class OwnClusterProcesses implements OwnClusters {
  readonly #options: OwnClustersOptions;
  readonly #most: number;
  readonly #running = new Map<string, Promise<Running>>();
  /** What is being ended is not opened again meanwhile. */
  readonly #closing = new Map<string, Promise<void>>();
  /** Of those that run. */
  readonly #addresses = new Map<string, string>();
  #remover: FolderRemover | undefined;
  #isStopped = false;

  constructor(options: OwnClustersOptions) {
    this.#options = options;
    this.#most = options.most ?? defaultMaxOwnClusters();
    // Goes on with what a server before this one was taking away.
    if (existsSync(join(options.paths.ownClusters, REMOVED))) this.#removing();
  }

  async make(session: string, settings: OwnClusterSettings = {}): Promise<KubernetesClient> {
    mkdirSync(this.#folderOf(session), { recursive: true, mode: 0o700 });
    // The same when it is started again, whatever the lab says by then.
    writePrivately(this.#settingsOf(session), JSON.stringify(settings));
    if (settings.images !== undefined)
      writePrivately(this.#imagesOf(session), JSON.stringify(settings.images));
    return this.open(session);
  }

  async open(session: string): Promise<KubernetesClient> {
    const known = this.#running.get(session);
    if (known !== undefined) return (await known).client;
    if (this.#isStopped) throw stopping(session);
    if (this.#closing.has(session) || !existsSync(this.#folderOf(session))) throw gone(session);
    if (this.#running.size >= this.#most) throw tooMany(this.#most);
    const starting = this.#start(session);
    this.#running.set(session, starting);
    starting.catch(() => {
      if (this.#running.get(session) === starting) this.#running.delete(session);
    });
    return (await starting).client;
  }

  addressOf(session: string): string {
    const known = this.#addresses.get(session);
    if (known !== undefined) return known;
    try {
      const { clusters } = parse(readFileSync(this.#kubeconfigOf(session), "utf8")) as OwnKubeconfig;
      return clusters[0]?.cluster.server ?? "";
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
    }
  }

  networkOf(session: string): string {
    return keyOfCluster(session);
  }

  close(session: string): Promise<void> {
    const closing = (this.#closing.get(session) ?? this.#close(session)).finally(() => {
      if (this.#closing.get(session) === closing) this.#closing.delete(session);
    });
    this.#closing.set(session, closing);
    return closing;
  }

  async #close(session: string): Promise<void> {
    const running = await this.#running.get(session)?.catch(() => undefined);
    if (running === undefined) await endLeftOver(this.#ownerFileOf(session));
    else await end(running);
    this.#running.delete(session);
    this.#addresses.delete(session);
    if (!existsSync(this.#folderOf(session))) return;
    const { containers } = this.#options;
    // Its folder stays until its pods are gone: whoever tries again, this server or the next, finds by it that there may be some.
    if (containers !== undefined)
      await removePodsOfCluster(containers, session, AbortSignal.timeout(PODS_GONE_MS));
    this.#removing().remove(this.#folderOf(session));
  }

  /** Ends all of them, and resolves when those that are being taken away are; what the others hold stays for the next server. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.allSettled(this.#closing.values());
    const all = [...this.#running.values()];
    await Promise.all(all.map(async (starting) => starting.then(end, () => undefined)));
    this.#running.clear();
    await this.#remover?.stop();
  }

  async #start(session: string): Promise<Running> {
    const { environment, containers, log } = this.#options;
    const kubeconfig = this.#kubeconfigOf(session);
    const process = await supervise(
      {
        name: `cluster of session ${session}`,
        entry: builtFile("server/supervisor/cluster-process.js"),
        args: [
          "--data",
          this.#folderOf(session),
          "--isolated",
          "--one-network",
          ...(containers === undefined ? [] : ["--containers", containers, "--pods-of", session]),
          ...(containers !== undefined && existsSync(this.#imagesOf(session))
            ? ["--images", this.#imagesOf(session)]
            : []),
          "--quota-backend-bytes",
          String(QUOTA_BYTES),
          ...this.#nodesOf(session).flatMap((name) => ["--node", name]),
        ],
        env: { ...environment.childEnvironment, ...ALLOCATION },
        nodeFlags: NODE_FLAGS,
        logFile: join(this.#folderOf(session), "cluster.log"),
        ownerFile: this.#ownerFileOf(session),
        probeEveryMs: PROBE_EVERY_MS,
        probe: async (_pid, signal) => void (await askOwnCluster(kubeconfig, "/livez", signal)),
      },
      { report: (line) => log.warn({ session }, line) },
    );
    const client = new KubernetesClient(await readKubeconfig(kubeconfig));
    this.#addresses.set(session, client.config.getCurrentCluster()?.server ?? "");
    return { process, client };
  }

  #removing(): FolderRemover {
    const { paths, log } = this.#options;
    mkdirSync(paths.ownClusters, { recursive: true, mode: 0o700 });
    const folder = join(paths.ownClusters, REMOVED);
    return (this.#remover ??= new FolderRemover({ folder, report: (line) => log.warn(line) }));
  }

  #folderOf(session: string): string {
    return join(this.#options.paths.ownClusters, session);
  }

  #nodesOf(session: string): readonly string[] {
    const file = this.#settingsOf(session);
    // One that an earlier version has made has no such file.
    if (!existsSync(file)) return [];
    return (JSON.parse(readFileSync(file, "utf8")) as OwnClusterSettings).nodes ?? [];
  }

  #settingsOf(session: string): string {
    return join(this.#folderOf(session), "settings.json");
  }

  #imagesOf(session: string): string {
    return join(this.#folderOf(session), "images.json");
  }

  #kubeconfigOf(session: string): string {
    return join(this.#folderOf(session), "kubeconfig");
  }

  #ownerFileOf(session: string): string {
    return join(this.#options.paths.owners, `cluster-of-${session}.json`);
  }
}

interface OwnKubeconfig {
  clusters: { cluster: { server: string } }[];
}

async function end({ process, client }: Running): Promise<void> {
  client.close();
  await process.stop();
}

function gone(session: string): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.sessionClusterUnavailable,
    `The session ${session} has no cluster of its own any more. Start the lab again`,
  );
}

function stopping(session: string): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.sessionClusterUnavailable,
    `The cluster of session ${session} is not started: this server is ending. Try again when it is back`,
  );
}

function tooMany(most: number): WorkshopError {
  return new WorkshopError(
    WORKSHOP_ERRORS.sessionClusterUnavailable,
    `All ${String(most)} clusters that sessions may have of their own are in use. Wait until a session ends, or let the operator raise --max-own-clusters`,
  );
}
