import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryShortage, shortHeap } from "./memory-shortage.js";

const MIB = 1024 * 1024;
let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "lectern-memory-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lay(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

const machine = (totalMib: number, availableMib: number) =>
  lay({
    meminfo: `MemTotal:       ${String(totalMib * 1024)} kB\nMemFree:           1 kB\nMemAvailable:   ${String(availableMib * 1024)} kB\n`,
  });

/** The groups of version 2 or 1 that a process in `/outer/inner` sees. */
function group(version: 1 | 2, at: string, values: { limit: string; used: number; files: number }): void {
  const mount = join(folder, "groups");
  const options = version === 1 ? "rw,memory" : "rw";
  const names =
    version === 1
      ? ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"]
      : ["memory.max", "memory.current", "inactive_file"];
  lay({
    "self/mountinfo": `30 25 0:26 / ${mount} rw - ${version === 1 ? "cgroup" : "cgroup2"} none ${options}\n`,
    "self/cgroup": version === 1 ? "4:memory:/outer/inner\n" : "0::/outer/inner\n",
    [`groups/${at}/${names[0] ?? ""}`]: `${values.limit}\n`,
    [`groups/${at}/${names[1] ?? ""}`]: `${String(values.used * MIB)}\n`,
    [`groups/${at}/memory.stat`]: `anon 5\n${names[2] ?? ""} ${String(values.files * MIB)}\n`,
    [`groups/${at}/cgroup.controllers`]: "cpu memory pids\n",
  });
}

describe("memory", () => {
  it("is enough on this machine, and where nobody counts it", () => {
    expect(memoryShortage()).toBeUndefined();
    expect(memoryShortage(folder)).toBeUndefined();
  });

  it.each([
    [1_024, 129, false],
    [1_024, 127, true],
    [8_192, 257, false],
    [8_192, 255, true],
    [131_072, 513, false],
    [131_072, 511, true],
  ])("of a machine with %i MiB of which %i are left is short: %s", (total, available, isShort) => {
    machine(total, available);
    const told = `the machine has ${String(available)} of ${String(total)} MiB of memory left`;
    expect(memoryShortage(folder)).toEqual(isShort ? expect.stringContaining(told) : undefined);
  });

  describe.each([1, 2] as const)("of a control group of version %i", (version) => {
    const limit = String(1_024 * MIB);

    it("is short near the group's own bound, where copies of files do not count as used", () => {
      machine(65_536, 60_000);
      group(version, "outer/inner", { limit, used: 1_000, files: 200 });
      expect(memoryShortage(folder)).toBeUndefined();
      group(version, "outer/inner", { limit, used: 1_000, files: 20 });
      expect(memoryShortage(folder)).toMatch(/^its control group has 44 of 1024 MiB.*end sessions/);
    });

    it("is short where a group above it is", () => {
      const none = version === 1 ? "9223372036854771712" : "max";
      group(version, "outer/inner", { limit: none, used: 900, files: 0 });
      expect(memoryShortage(folder)).toBeUndefined();
      group(version, "outer", { limit, used: 1_000, files: 0 });
      expect(memoryShortage(folder)).toMatch(/^its control group has 24 of 1024 MiB/);
    });
  });

  it("for the objects of this process is short before V8 ends it", () => {
    expect(shortHeap()).toBeUndefined();
    expect(shortHeap({ used_heap_size: 89, heap_size_limit: 100 })).toBeUndefined();
    expect(shortHeap({ used_heap_size: 3_900 * MIB, heap_size_limit: 4_096 * MIB })).toMatch(
      /3900 of the 4096 MiB.*max-old-space-size/,
    );
  });
});
