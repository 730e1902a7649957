import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import type { SessionLimits } from "../terminal/common/session-limits.js";
import { accountsLeft } from "../terminal/node/account-registry.js";
import type { Resource } from "../workshop/common/capacity.js";

/**
 * What a session takes in which nobody does anything: a shell in a sandbox with a network of its own, the screen kept for its pages, a
 * namespace in the embedded cluster, a home. The test of this file measures that it is less.
 */
export const IDLE_SESSION = { memoryBytes: 48 * 2 ** 20, processes: 16, diskBytes: 4 * 2 ** 20, files: 64 };

/** What the machine can still give to sessions whose shells run on it. `data` is the data directory, which need not be there yet. */
export async function machineCapacity(
  data: string,
  limits: SessionLimits,
  isRoot = process.getuid?.() === 0,
): Promise<Resource[]> {
  const disk = await diskOf(data);
  return [
    resource("memory", "bytes", {
      free: process.availableMemory(),
      takes: IDLE_SESSION.memoryBytes,
      mayTake: limits.memoryBytes + limits.temporaryBytes,
    }),
    resource("cpu", "cores", { free: availableParallelism(), takes: 0, mayTake: limits.cpus }),
    resource("processes", "count", {
      free: processesLeft(),
      takes: IDLE_SESSION.processes,
      mayTake: limits.processes,
    }),
    resource("disk", "bytes", {
      free: disk.bytes,
      takes: IDLE_SESSION.diskBytes,
      mayTake: limits.homeBytes,
    }),
    ...(disk.files === undefined
      ? []
      : [
          resource("files", "count", {
            free: disk.files,
            takes: IDLE_SESSION.files,
            mayTake: limits.homeFiles,
          }),
        ]),
    // Others than root run every shell under their own account.
    ...(isRoot ? [resource("accounts", "count", { free: accountsLeft(), takes: 1, mayTake: 1 })] : []),
  ];
}

function resource(
  name: string,
  unit: Resource["unit"],
  amounts: Pick<Resource, "free" | "takes" | "mayTake">,
): Resource {
  return { where: "machine", name, unit, ...amounts };
}

/** Some file systems make inodes as they need them and count none. */
async function diskOf(folder: string): Promise<{ bytes: number; files: number | undefined }> {
  const present = existsSync(folder) ? folder : dirname(folder);
  if (present !== folder) return diskOf(present);
  const { bavail, bsize, files, ffree } = await statfs(present);
  return { bytes: bavail * bsize, files: files === 0 ? undefined : ffree };
}

/** The kernel counts threads with processes, and a container's group may allow fewer than the machine. */
function processesLeft(): number {
  const limits = ["/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max", "/sys/fs/cgroup/pids.max"]
    .map((file) => Number(read(file)))
    .filter((limit) => limit > 0);
  const running = Number(/\/(\d+) /.exec(read("/proc/loadavg"))?.[1] ?? 0);
  return Math.max(0, Math.min(...limits) - running);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
