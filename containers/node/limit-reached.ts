import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sizeOf } from "../../terminal/node/sandbox/report.js";
import type { ContainerLimits } from "./container-limits.js";
import type { ContainerGroups } from "./namespace-groups.js";
import type { PodOwner } from "./pod-owner.js";

/** What a container met with before it ended. */
export interface LimitReached {
  /** Whether the kernel ended a process of it for want of memory. */
  wasOutOfMemory: boolean;
  /** Which limit of this machine it was, in a sentence; absent where it was none, and where `OOMKilled` says all, as it is the container's own. */
  message?: string;
}

/**
 * Watches what a container that has just been started meets with, by what the kernel counts in control groups (cgroups(7)). Answers with what
 * is asked once it has ended, before these are taken away.
 */
export function watchLimits(
  groups: ContainerGroups,
  limits: Pick<ContainerLimits, "processes" | "ofNamespace">,
  owner: PodOwner,
): () => LimitReached {
  // The groups of a namespace outlive each container: what was refused before is no word of this one.
  const refusedBefore = refusedTogether(groups);
  return () => limitReached(groups, limits, { owner, refusedBefore });
}

function limitReached(
  groups: ContainerGroups,
  limits: Pick<ContainerLimits, "processes" | "ofNamespace">,
  { owner, refusedBefore }: { owner: PodOwner; refusedBefore: number },
): LimitReached {
  const isKilled =
    count(groups.own, "memory.oom_control", "oom_kill") + count(groups.own, "memory.events", "oom_kill") > 0;
  const together = `all containers of ${owner.words} together may have`;
  if (isKilled) {
    const { memoryBytes } = limits.ofNamespace;
    const message = `${together} ${sizeOf(memoryBytes)} of memory on this machine, and had them`;
    return { wasOutOfMemory: true, ...(!metOwnMemory(groups) && { message }) };
  }
  const whose = whoseProcesses(groups, limits.processes, refusedBefore);
  if (whose === undefined) return { wasOutOfMemory: false };
  const [of, most] =
    whose === "own" ? ["the container may have", limits.processes] : [together, limits.ofNamespace.processes];
  const message = `${of} ${most} processes and threads on this machine, and had them: further ones were refused`;
  return { wasOutOfMemory: false, message };
}

/** Version 1 counts how often the limit of the group was met, version 2 how often that ended something. */
function metOwnMemory({ own }: ContainerGroups): boolean {
  return count(own, "memory.failcnt") + count(own, "memory.events", "oom") > 0;
}

/** Version 2 counts what was refused where the limit was, version 1 and older kernels where somebody wanted to fork. */
function whoseProcesses(
  groups: ContainerGroups,
  most: number,
  refusedBefore: number,
): "own" | "shared" | undefined {
  const refused = count(groups.own, "pids.events", "max");
  if (refused > 0 && count(groups.own, "pids.peak") >= most) return "own";
  return refused > 0 || refusedTogether(groups) > refusedBefore ? "shared" : undefined;
}

function refusedTogether({ shared }: ContainerGroups): number {
  return count(shared, "pids.events.local", "max");
}

/** The number that a file of the groups holds, or holds behind a word; 0 where there is none. */
function count(groups: readonly string[], file: string, word?: string): number {
  const found = groups.flatMap((group) => {
    try {
      const text = readFileSync(join(group, file), "utf8");
      return (
        new RegExp(word === undefined ? String.raw`^(\d+)` : String.raw`^${word} (\d+)`, "m").exec(
          text,
        )?.[1] ?? []
      );
    } catch {
      return [];
    }
  });
  return Math.max(0, ...found.map(Number));
}
