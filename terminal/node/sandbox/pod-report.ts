import { readFileSync } from "node:fs";
import type { ConfinementMeasure, ConfinementReport } from "../../common/confinement-report.js";
import type { SessionLimits } from "../../common/session-limits.js";
import { sizeOf } from "./report.js";

/** A limit that is as large as the kernel can count is none (cgroup version 1). */
const NO_LIMIT = 2 ** 60;

/** Puts into words how the container holds its session, as the container itself sees it. */
export function reportOfPod(limits: SessionLimits): ConfinementReport {
  const measured = "measured while it grows, and by the kubelet";
  return {
    hasOwnNetwork: true,
    measures: [
      files(),
      kernel(),
      {
        subject: "network",
        // A pod sees neither its policies nor whether anybody enforces them.
        holds: false,
        text: "the pod's own; its NetworkPolicy holds where the cluster's network plugin enforces them, which cannot be seen from a pod",
      },
      memory(),
      {
        subject: "processes",
        holds: true,
        text: `${limits.processes} processes and threads (of its account)`,
      },
      cpu(),
      {
        subject: "temporary files",
        holds: true,
        text: `${sizeOf(limits.temporaryBytes)}, ${measured}`,
      },
      {
        subject: "home",
        holds: true,
        text: `${sizeOf(limits.homeBytes)} and ${limits.homeFiles} files, ${measured}`,
      },
    ],
  };
}

function files(): ConfinementMeasure {
  const isReadOnly = mountOptions("/").includes("ro");
  return {
    subject: "files",
    holds: isReadOnly,
    text: isReadOnly
      ? "a container of its own with a read-only root"
      : "a container of its own; its root can be written to (set readOnlyRootFilesystem)",
  };
}

function kernel(): ConfinementMeasure {
  const status = readIfThere("/proc/self/status") ?? "";
  const isFiltered = /^Seccomp:\s*2$/m.test(status);
  const hasNoNewPrivileges = /^NoNewPrivs:\s*1$/m.test(status);
  const missing = [
    ...(isFiltered ? [] : ["system calls are not filtered (set seccompProfile)"]),
    ...(hasNoNewPrivileges ? [] : ["programs may gain privileges (set allowPrivilegeEscalation: false)"]),
  ];
  return {
    subject: "kernel",
    holds: missing.length === 0,
    text: missing.join("; ") || "system calls are filtered, and no program gains privileges",
  };
}

function memory(): ConfinementMeasure {
  const limit = firstNumber("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes");
  return limit !== undefined && limit < NO_LIMIT
    ? { subject: "memory", holds: true, text: `${sizeOf(limit)} (the container's limit)` }
    : { subject: "memory", holds: false, text: "no limit is set for the container" };
}

function cpu(): ConfinementMeasure {
  const [quota, period] = (readIfThere("/sys/fs/cgroup/cpu.max") ?? versionOneQuota()).trim().split(/\s+/);
  const cpus = Number(quota) / Number(period);
  return cpus > 0
    ? { subject: "cpu", holds: true, text: `${cpus} CPU (the container's limit)` }
    : { subject: "cpu", holds: false, text: "no limit is set for the container" };
}

function versionOneQuota(): string {
  const values = ["quota", "period"].map((name) =>
    readIfThere(`/sys/fs/cgroup/cpu/cpu.cfs_${name}_us`)?.trim(),
  );
  return values.join(" ");
}

function firstNumber(...paths: string[]): number | undefined {
  const text = paths.map(readIfThere).find((found) => found !== undefined);
  const number = Number.parseInt(text ?? "", 10);
  return Number.isNaN(number) ? undefined : number;
}

/** Of the mount at a path (proc(5): mounts); the last one is on top. */
function mountOptions(path: string): string[] {
  const mounts = (readIfThere("/proc/self/mounts") ?? "").split("\n").map((line) => line.split(" "));
  return mounts.findLast(([, place]) => place === path)?.[3]?.split(",") ?? [];
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
