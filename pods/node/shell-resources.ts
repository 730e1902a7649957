import type { SessionLimits } from "../../terminal/common/session-limits.js";

const MIB = 1024 * 1024;
/** What the terminal host takes besides the learner's programs. */
const HOST_BYTES = 96 * MIB;
/** Recordings, start-up files and the host's own code where it is brought along. */
const HOST_STORAGE_BYTES = 512 * MIB;
/** What a shell that is hardly used needs; nodes are filled by it, and learners work at different times. */
const REQUESTS = { cpu: "50m", memory: "128Mi", "ephemeral-storage": "256Mi" };

/** The `resources` of the container that runs the shells. */
export function containerResources(limits: SessionLimits, hasPersistentHome: boolean) {
  const home = hasPersistentHome ? 0 : volumeBytes(limits.homeBytes);
  const storage = home + volumeBytes(limits.temporaryBytes) + HOST_STORAGE_BYTES;
  return {
    requests: REQUESTS,
    limits: {
      cpu: `${Math.round(limits.cpus * 1_000)}m`,
      memory: String(limits.memoryBytes + HOST_BYTES),
      "ephemeral-storage": String(storage),
    },
  };
}

/** What the pod of a session's shells takes of a node, as the scheduler reckons it, and the most it may. */
export function shellPodDemand(limits: SessionLimits, hasPersistentHome: boolean) {
  const { requests, limits: most } = containerResources(limits, hasPersistentHome);
  return { takes: { ...requests, pods: "1" }, mayTake: { ...most, pods: "1" } };
}

/** The size of a volume for so many bytes of files: the host ends what writes too much before the kubelet would end the pod. */
export function volumeBytes(bytes: number): number {
  return Math.ceil(bytes * 1.25);
}
