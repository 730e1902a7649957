import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What the kernel holds a session to, as one. */
export type Controller = "memory" | "pids" | "cpu";

/** Holds the platform's own processes, beside the groups of sessions, where they had to leave the group they were started in. */
export const PLATFORM_GROUP = "lectern-platform";

/** One folder of a control group hierarchy that this process may be able to make groups in. */
export interface Hierarchy {
  version: 1 | 2;
  folder: string;
  controllers: readonly Controller[];
  /** Whether its groups can be ended at once: version 2, or the freezer of version 1. */
  ends: boolean;
}

/**
 * The hierarchies that are mounted, below the groups this process is in (proc(5): mountinfo; cgroups(7)). `about` is the folder in which
 * the kernel tells of this process.
 */
export function findHierarchies(about: string): Hierarchy[] {
  const own = ownGroups(about);
  return readFileSync(join(about, "mountinfo"), "utf8")
    .split("\n")
    .flatMap((line) => {
      const [before = "", after = ""] = line.split(" - ");
      const [, , , root = "", mountPoint = ""] = before.split(" ");
      const [type, , options = ""] = after.split(" ");
      if (type !== "cgroup" && type !== "cgroup2") return [];
      const group =
        type === "cgroup2" ? own.get("") : own.get(options.split(",").find((name) => own.has(name)) ?? "-");
      if (group === undefined) return [];
      // In a container the mount may begin at the container's own group.
      const below = group === root ? "" : group.startsWith(`${root}/`) ? group.slice(root.length) : group;
      const folder = join(mountPoint, below);
      return type === "cgroup2" ? [second(folder)] : first(folder, options.split(","));
    });
}

function first(folder: string, options: readonly string[]): Hierarchy[] {
  const controllers = (["memory", "pids", "cpu"] as const).filter((name) => options.includes(name));
  const ends = options.includes("freezer");
  return controllers.length > 0 || ends ? [{ version: 1, folder, controllers, ends }] : [];
}

function second(folder: string): Hierarchy {
  const offered = readWords(join(folder, "cgroup.controllers"));
  const controllers = (["memory", "pids", "cpu"] as const).filter((name) => offered.includes(name));
  return { version: 2, folder, controllers, ends: true };
}

/** The group of this process in each hierarchy; the one without a name is version 2. */
function ownGroups(about: string): Map<string, string> {
  const lines = readFileSync(join(about, "cgroup"), "utf8").trimEnd().split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [, names = "", ...path] = line.split(":");
      // A host that is started again is there by its parent.
      const group = path.join(":").replace(new RegExp(`/${PLATFORM_GROUP}$`), "");
      return names.split(",").map((name) => [name, group] as const);
    }),
  );
}

function readWords(file: string): string[] {
  try {
    return readFileSync(file, "utf8").trim().split(/\s+/);
  } catch {
    return [];
  }
}
