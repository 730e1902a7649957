import { readFileSync } from "node:fs";
import { join } from "node:path";

/** How the two versions of control groups name what their members take together. */
const FIRST = {
  limit: "memory.limit_in_bytes",
  used: "memory.usage_in_bytes",
  files: ["total_inactive_file", "total_active_file"],
};
const SECOND = { limit: "memory.max", used: "memory.current", files: ["inactive_file", "active_file"] };

/** Memory of one control group, in bytes. */
export interface GroupMemory {
  /** Copies of files are left out: they are given back at once. */
  used: number;
  /** Not a number where there is none. */
  limit: number;
}

/** What the members of a group take together; `undefined` where nobody counts it. */
export function groupMemory(group: string, version: 1 | 2): GroupMemory | undefined {
  const names = version === 1 ? FIRST : SECOND;
  const used = read(join(group, names.used));
  if (used === "") return undefined;
  const files = filesOf(read(join(group, "memory.stat")), names.files);
  return { used: Number(used) - files, limit: Number.parseInt(read(join(group, names.limit)), 10) };
}

function filesOf(stat: string, names: readonly string[]): number {
  const lines = stat.split("\n").map((line) => line.split(" "));
  return lines.reduce((sum, [name = "", bytes = ""]) => sum + (names.includes(name) ? Number(bytes) : 0), 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
