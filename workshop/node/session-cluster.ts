import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../common/errors.js";
import { type SessionResource, hasOwnCluster } from "../common/session.js";
import type { Lab } from "../common/lab.js";
import type { OwnImage } from "../common/lab-images.js";
import { OWN_CLUSTER_RULE } from "./lint-cluster.js";
import { addressOf } from "./session-access.js";

/** Clusters that sessions have of their own, by the sessions' names; their learners administer them. */
export interface OwnClusters {
  /** Starts a new one, or takes up one that was begun. Throws what `open` throws. */
  make(session: string, settings?: OwnClusterSettings): Promise<KubernetesClient>;
  /** Starts it with what it held before, or finds it running. Throws SESSION_CLUSTER_UNAVAILABLE, SERVER_PROCESS_FAILED. */
  open(session: string): Promise<KubernetesClient>;
  /** Where it is reached; empty while it has never been started. */
  addressOf(session: string): string;
  /** Names the network of its pods, where they really run. */
  networkOf(session: string): string;
  /** Ends it and takes away what it held; does nothing where there is none. Rejects where its pods could not be ended now: it is to be closed again then. */
  close(session: string): Promise<void>;
}

/** What a lab says of the clusters of its sessions. */
export interface OwnClusterSettings {
  /** Names of the nodes, the control plane first; one that says that it is simulated where absent. */
  nodes?: readonly string[];
  /** What all pods have besides the catalogue. */
  images?: readonly OwnImage[];
}

/** What there is to choose from. */
export interface Clusters {
  /** The platform's. */
  client: KubernetesClient;
  settings: {
    /** Absent where sessions can have none. */
    ownClusters?: OwnClusters | undefined;
  };
}

/** The cluster in which the session's work is done, running. Throws what `OwnClusters.open` throws. */
export async function clusterOf(
  session: SessionResource,
  { client, settings }: Clusters,
): Promise<KubernetesClient> {
  if (!hasOwnCluster(session)) return client;
  return ownClustersFor(session, settings).open(session.metadata.name);
}

/** Starts the session's own cluster. Throws what `OwnClusters.make` throws. */
export async function makeCluster(
  session: SessionResource,
  { nodes, ownImages }: Pick<Lab, "nodes" | "ownImages">,
  { settings }: Pick<Clusters, "settings">,
): Promise<void> {
  await ownClustersFor(session, settings).make(session.metadata.name, {
    ...(nodes && { nodes }),
    ...(ownImages && { images: ownImages }),
  });
}

function ownClustersFor({ spec }: SessionResource, { ownClusters }: Clusters["settings"]): OwnClusters {
  if (ownClusters === undefined) throw noOwnClusters(spec.lab);
  return ownClusters;
}

/** Where the learner reaches that cluster. */
export function clusterAddress(session: SessionResource, { client, settings }: Clusters): string {
  return hasOwnCluster(session)
    ? (settings.ownClusters?.addressOf(session.metadata.name) ?? "")
    : addressOf(client);
}

/** Where the session's shells find pods. */
export function podsOf(
  session: SessionResource,
  { ownClusters }: Clusters["settings"],
): { network: string; namespace: string } {
  const { namespace } = session.spec;
  const own = hasOwnCluster(session) ? ownClusters : undefined;
  return { network: own?.networkOf(session.metadata.name) ?? namespace, namespace };
}

/** Ends what the session has on this machine, its cluster and its side. Throws what `SessionHost.close` and `OwnClusters.close` throw. */
export async function leaveMachine(
  session: string,
  { host, ownClusters }: { host: Pick<SessionHost, "close">; ownClusters?: OwnClusters | undefined },
): Promise<void> {
  await Promise.all([ownClusters?.close(session), host.close(session)]);
}

/** Throws SESSION_CLUSTER_UNAVAILABLE, or LAB_INVALID, where no session of the lab can have the cluster of its own that it asks for. */
export function requireCluster(lab: Lab, { ownClusters }: Clusters["settings"]): void {
  if (lab.cluster !== "own") return;
  if (ownClusters === undefined) throw noOwnClusters(lab.name);
  const problem = lab.problems.find(({ rule }) => rule === OWN_CLUSTER_RULE);
  if (problem) throw new WorkshopError(WORKSHOP_ERRORS.labInvalid, `${problem.message}. ${problem.fix}`);
}

/** The refusal of a lab whose sessions would have a cluster of their own. */
export function noOwnClusters(lab: string): WorkshopError {
  return new WorkshopError(WORKSHOP_ERRORS.sessionClusterUnavailable, `The lab ${lab} ${NO_OWN_CLUSTERS}`);
}

/** Why such a lab is not to be had, as the end of a sentence. */
export const NO_OWN_CLUSTERS =
  "gives each session a cluster of its own, which is a process beside a shell on the server's machine. This server has its shells elsewhere (--shells pods, --terminal-host) or shares its sessions with others (--database); run the lab on one without these";
