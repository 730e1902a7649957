import { readRegistries } from "../registries.js";
import type { Confinement } from "../../terminal/node/confinement.js";
import type { DataPaths, Environment, ServeConfig } from "../config.js";
import { startClusterWithContainers } from "./cluster-with-containers.js";
import { containersSocket } from "./containers.js";
import { tieToCluster } from "./cluster-identity.js";
import {
  addressOf,
  checkRights,
  checkVersion,
  clusterUid,
  findKubectl,
  readKubeconfig,
} from "./preflight.js";
import type { ProcessEvents } from "./supervised-process.js";
import { checkConfinement, sharedTerminals, startTerminals } from "./terminals.js";

/** The processes the server stands on. */
export interface Backends {
  kubeconfig: string;
  /** Absent where sessions have pods. */
  terminalSocket?: string;
  /** Whether pods of the embedded cluster run the images that Lectern plays. */
  hasContainers: boolean;
  stop(): Promise<void>;
}

export interface BackendOptions {
  config: Pick<
    ServeConfig,
    | "data"
    | "kubeconfig"
    | "pods"
    | "database"
    | "terminalHost"
    | "host"
    | "logTo"
    | "keepRecordings"
    | "sessionLimits"
    | "allowSharedNetwork"
    | "containers"
    | "members"
    | "registries"
  >;
  environment: Environment;
  paths: DataPaths;
}

/** What keeps shells apart where they are not on this machine. */
const POD: Confinement = { kind: "pod", description: "a pod of its own" };
const NO_TERMINALS: { socket?: string; stop(): Promise<void> } = { stop: () => Promise.resolve() };

/** What was found out before anything was started. */
export interface CheckedMachine {
  /** Absent where shells run in pods, whose image has one. */
  kubectl?: string;
  confinement: Confinement;
}

/**
 * Looks for what Lectern cannot run without: kubectl, shells that may listen to strangers, a cluster that is new enough and
 * grants what is needed. Throws the refusals of `preflight` and `terminals`.
 */
export async function checkMachine(
  { config, environment, paths }: BackendOptions,
  events: ProcessEvents,
): Promise<CheckedMachine> {
  const machine =
    config.pods === undefined
      ? {
          kubectl: findKubectl(environment.path, environment.kubectl),
          confinement: checkConfinement(paths, config, events),
        }
      : { confinement: POD };
  // One that is away now may come back; a file that is none will not.
  for (const file of Object.values(config.members ?? {})) await readKubeconfig(file);
  await readRegistries(config.registries);
  if (config.kubeconfig !== undefined) {
    const parsed = await readKubeconfig(config.kubeconfig);
    const version = await checkVersion(parsed);
    await checkRights(parsed, {
      isOneOfSeveral: config.database !== undefined,
      ...(config.pods && { podNamespace: config.pods.namespace }),
    });
    const uid = await clusterUid(parsed);
    tieToCluster(config.data, paths, { uid, name: `the cluster at ${addressOf(parsed)}` });
    events.report(`Using the cluster of ${config.kubeconfig} (Kubernetes ${version})`);
  }
  if (config.pods !== undefined)
    events.report(`Each session has a pod in namespace ${config.pods.namespace} for its shells`);
  return machine;
}

/** Starts the terminal host and, without a kubeconfig, the embedded cluster. */
export async function startBackends(
  options: BackendOptions,
  machine: CheckedMachine,
  events: ProcessEvents,
): Promise<Backends> {
  const { config, paths } = options;
  const { containers: chosen } = config;
  const containers =
    config.kubeconfig === undefined
      ? containersSocket({ paths, ...(chosen && { containers: chosen }) }, events)
      : undefined;
  const [terminals, cluster] = await Promise.allSettled([
    terminalsOf(options, { ...machine, containers }, events),
    config.kubeconfig === undefined
      ? ownCluster(containers, options, events)
      : operatorsCluster(config.kubeconfig),
  ]);
  const stop = async () => {
    const parts = [terminals, cluster].flatMap((part) => (part.status === "fulfilled" ? [part.value] : []));
    await Promise.all(parts.map((part) => part.stop()));
  };
  if (terminals.status === "fulfilled" && cluster.status === "fulfilled") {
    const { socket } = terminals.value;
    const { kubeconfig, hasContainers } = cluster.value;
    return { kubeconfig, hasContainers, ...(socket !== undefined && { terminalSocket: socket }), stop };
  }
  await stop();
  throw cluster.status === "rejected" ? cluster.reason : (terminals as PromiseRejectedResult).reason;
}

/** The host of this server, one that several share, or none where sessions have pods. */
async function terminalsOf(
  options: BackendOptions,
  { kubectl, confinement, containers }: CheckedMachine & { containers: string | undefined },
  events: ProcessEvents,
): Promise<{ socket?: string; stop(): Promise<void> }> {
  const { config } = options;
  if (config.terminalHost !== undefined) return sharedTerminals(config.terminalHost, config);
  if (kubectl === undefined) return NO_TERMINALS;
  return startTerminals({ ...options, confinement, kubectl, ...(containers && { containers }) }, events);
}

async function ownCluster(
  containers: string | undefined,
  { config, environment, paths }: BackendOptions,
  events: ProcessEvents,
): ReturnType<typeof startClusterWithContainers> {
  const { logTo } = config;
  const cluster = await startClusterWithContainers(containers, { environment, paths, logTo }, events);
  try {
    tieToCluster(config.data, paths, { uid: cluster.uid, name: "the embedded cluster" });
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function operatorsCluster(kubeconfig: string): Omit<Backends, "terminalSocket"> {
  return { kubeconfig, hasContainers: false, stop: () => Promise.resolve() };
}
