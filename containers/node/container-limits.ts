import type { ContainerSpec } from "../../cluster/containers/container-runtime.js";
import type { SessionLimits } from "../../terminal/common/session-limits.js";

const MIB = 1024 * 1024;

/** What all containers of one namespace may use together, where control groups count it. */
export interface NamespaceLimits {
  memoryBytes: number;
  /** Processes and threads. */
  processes: number;
  /** Processors' worth of time; may be a fraction. */
  cpus: number;
}

/** What the containers of this machine may use. */
export interface ContainerLimits {
  /** Pods of one namespace that run at once. */
  podsOfNamespace: number;
  /** Besides what each of them may. */
  ofNamespace: NamespaceLimits;
  /** Of one pod, with those that have ended and whose logs are kept. */
  containersOfPod: number;
  /** Of one container, where its pod asks for no less. */
  memoryBytes: number;
  /** Processes and threads of one container. */
  processes: number;
  /** Processors' worth of time of one container; may be a fraction. */
  cpus: number;
  /** Of everything the containers of one pod write, in memory. */
  diskBytes: number;
  diskFiles: number;
  /** Open files of one process. */
  openFiles: number;
}

/** Enough for every pod of a lab: a small server, a shell and a loop; thirty learners with five each fit a machine of 8 GiB. */
export const defaultContainerLimits: Readonly<ContainerLimits> = {
  podsOfNamespace: 20,
  // Four of the largest containers at once, what their disks hold in memory counted in, and as much of the machine as the learner's shells.
  ofNamespace: { memoryBytes: 512 * MIB, processes: 512, cpus: 1 },
  containersOfPod: 20,
  memoryBytes: 128 * MIB,
  processes: 128,
  cpus: 0.5,
  diskBytes: 64 * MIB,
  diskFiles: 20_000,
  openFiles: 1024,
};

/** The kernel refuses to start a program in less. */
const LEAST_MEMORY_BYTES = 4 * MIB;
const LEAST_CPUS = 0.05;

/** What a container may use that asks for less here and there; more than the machine gives it does not get. */
export function boundedLimits(most: ContainerLimits, { limits = {} }: ContainerSpec): ContainerLimits {
  const { memoryBytes = most.memoryBytes, cpus = most.cpus } = limits;
  return {
    ...most,
    memoryBytes: Math.min(most.memoryBytes, Math.max(LEAST_MEMORY_BYTES, Math.floor(memoryBytes))),
    cpus: Math.min(most.cpus, Math.max(LEAST_CPUS, cpus)),
  };
}

/** The same in the words of what keeps shells within theirs. */
export function asSessionLimits(limits: ContainerLimits): SessionLimits {
  const { diskBytes, diskFiles, memoryBytes, processes, cpus, openFiles } = limits;
  return {
    memoryBytes,
    processes,
    cpus,
    openFiles,
    homeBytes: diskBytes,
    homeFiles: diskFiles,
    temporaryBytes: diskBytes,
    temporaryFiles: diskFiles,
  };
}
