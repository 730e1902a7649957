import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Whether the kernel ended a process of the groups for want of memory (cgroups(7): memory.oom_control and memory.events). */
export function wasOutOfMemory(groups: readonly string[]): boolean {
  return groups.some((group) =>
    ["memory.oom_control", "memory.events"].some((name) => {
      try {
        return /^oom_kill [1-9]/m.test(readFileSync(join(group, name), "utf8"));
      } catch {
        return false;
      }
    }),
  );
}
