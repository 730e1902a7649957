import type { Logger } from "pino";
import { followWorkshops, type FollowedWorkshops } from "../workshop/node/revisions/follow-workshops.js";
import { dataPaths, readEnvironment, type DataPaths, type RuledConfig } from "./config.js";
import { createDiskWatch, type DiskWatch } from "./disk-watch.js";
import { createMemoryWatch, type MemoryWatch } from "./memory-watch.js";
import { openInstallation } from "./installation.js";
import type { Installation } from "./installation.js";
import { threadLoader } from "./lab-loader.js";
import { openLabRepository, type LabRepository, type LabsBefore } from "./lab-repository.js";
import type { LoadLab } from "./labs.js";
import { openOwnClusters } from "./own-clusters.js";
import { containersSocketOf } from "./supervisor/containers.js";
import { openPlatform } from "./platform.js";
import type { Platform } from "./platform.js";
import { trackActivity } from "./store/activity-tracker.js";
import type { ActivityTracker } from "./store/activity-tracker.js";

/** What the server process was given by the supervisor. */
export interface ServerAssignment {
  config: RuledConfig;
  kubeconfig: string;
  /** Absent where sessions have pods. */
  terminalSocket?: string;
  /** Whether the cluster is Lectern's own, which runs at most the images that Lectern plays. */
  embedded: boolean;
  /** Whether there is what runs those. */
  hasContainers: boolean;
  /** What the supervisor found when it read the labs. */
  labsBefore?: LabsBefore;
}

/** Where the server is reached just now: by browsers, and by shells of this machine. Both end in `/`. */
export interface Reach {
  url: () => string;
  shellUrl: () => string;
}

/** What the rooms of the server stand on. */
export interface Foundation {
  platform: Platform;
  installation: Installation;
  repository: LabRepository;
  workshops: FollowedWorkshops;
  activity: ActivityTracker;
  disk: DiskWatch;
  memory: MemoryWatch;
  log: Logger;
  /** Where browsers reach the server, where it has TLS. */
  tlsUrl?: () => string;
}

/**
 * Opens what the rooms stand on: the installation, the cluster with the terminals, and the labs. Throws what `openInstallation` and
 * `openPlatform` throw.
 */
export async function layFoundation(
  assignment: ServerAssignment,
  reach: Reach,
  log: Logger,
): Promise<{ foundation: Foundation; labs: ReturnType<typeof threadLoader> }> {
  const { config, kubeconfig, terminalSocket, hasContainers } = assignment;
  const paths = dataPaths(config.data);
  const installation = await openInstallation(config, kubeconfig, log);
  const platform = await openPlatform({
    kubeconfig,
    ...(terminalSocket !== undefined && { terminalSocket }),
    config,
    paths,
    sharing: installation,
    publicUrl: () => config.publicUrl ?? reach.url(),
    ingressDomain: config.ingressDomain,
    ownClusters: openOwnClusters(
      config,
      { paths, ...(hasContainers && { containers: containersSocketOf(paths) }) },
      log,
    ),
    shellUrl: () => (config.pods ? (config.pods.url ?? config.publicUrl ?? reach.url()) : reach.shellUrl()),
    environment: config.labVariables,
    log,
  });
  const labs = threadLoader(config.labVariables, config.labChecks);
  const repository = await openLabRepository(config.labs, labs.load, log, assignment.labsBefore);
  const workshops = await followLabs(paths, { platform, repository, load: labs.load, log });
  const activity = await activityOf(installation, log);
  const disk = createDiskWatch(config.data, () => platform.host.largest("disk"));
  const memory = createMemoryWatch({
    largest: () => platform.host.largest("memory"),
    hasPods: config.pods !== undefined,
  });
  const tlsUrl = config.tls === undefined ? {} : { tlsUrl: reach.url };
  return {
    foundation: { ...tlsUrl, platform, installation, repository, workshops, activity, disk, memory, log },
    labs,
  };
}

/** What learners did, in this server's memory while it cannot be written down. */
function activityOf({ store }: Installation, log: Logger): Promise<ActivityTracker> {
  return trackActivity(store, (session, error) =>
    log.error({ err: error, session }, "what a learner did is kept in memory for now"),
  );
}

/** Has the labs of Workshop objects beside those of files. */
function followLabs(
  { workshops: folder }: DataPaths,
  {
    platform,
    repository,
    load,
    log,
  }: Pick<Foundation, "platform" | "repository" | "log"> & { load: LoadLab },
): Promise<FollowedWorkshops> {
  const { client } = platform;
  const environment = readEnvironment().childEnvironment;
  return followWorkshops({ client, folder, load, environment, onLabs: repository.include, log });
}
