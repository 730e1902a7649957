import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { defaultSessionLimits } from "../../common/session-limits.js";
import { ControlGroups } from "./control-groups.js";

// Folders in the shape of version 2, for a machine has one version or the other: what is asked of the kernel is seen here, and what it
// then does in the tests of limits, on whichever version the machine has.
let root: string;
let slice: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "lectern-cgroup-"));
  slice = join(root, "fs/lectern.slice");
  mkdirSync(slice, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const limits = { ...defaultSessionLimits, memoryBytes: 96 * 1024 ** 2, processes: 40, cpus: 0.25 };

it("sessions are held to their limits in version 2, without swap", async () => {
  const groups = await detect({ controllers: "cpuset cpu io memory pids" });
  expect([groups.controllers, groups.description, groups.ends]).toEqual([
    ["memory", "pids", "cpu"],
    "cgroup v2",
    true,
  ]);
  const [folder = ""] = groups.make("ada", limits);
  expect(folder).toBe(join(slice, `lectern-test-${String(process.pid)}`, "ada"));
  expect(filesOf(folder)).toEqual({
    "memory.max": String(96 * 1024 ** 2),
    "memory.swap.max": "0",
    "pids.max": "40",
    "cpu.max": "25000 100000",
  });
});

it("groups below one are held to what it may use together, and go with it", async () => {
  const groups = await detect({ controllers: "cpuset cpu io memory pids" });
  const below = groups.below("class", { ...limits, memoryBytes: 512 * 1024 ** 2, processes: 80, cpus: 1 });
  const [folder = ""] = below.make("ada", limits);
  const [shared = ""] = below.folders;
  expect(folder).toBe(join(shared, "ada"));
  expect(filesOf(shared)).toMatchObject({
    "memory.max": String(512 * 1024 ** 2),
    "pids.max": "80",
    "cpu.max": "100000 100000",
    // The last of what was enabled: a real one adds them up.
    "cgroup.subtree_control": "+cpu",
  });
  expect(filesOf(folder)).toMatchObject({ "memory.max": String(96 * 1024 ** 2), "pids.max": "40" });
});

it("what a session takes of the memory is told without copies of files, where it is counted", async () => {
  const groups = await detect({ controllers: "cpuset cpu io memory pids" });
  const [folder = ""] = groups.make("ada", limits);
  expect(groups.memoryOf("ada")).toBeUndefined();
  writeFileSync(join(folder, "memory.current"), "90000\n");
  writeFileSync(join(folder, "memory.stat"), "anon 60000\ninactive_file 20000\nactive_file 5000\n");
  expect(groups.memoryOf("ada")).toBe(65_000);
  expect((await detect({ controllers: "pids" })).memoryOf("ada")).toBeUndefined();
});

it("what the machine does not hand on is not said to hold", async () => {
  const groups = await detect({ controllers: "cpuset pids" });
  expect(groups.controllers).toEqual(["pids"]);
  const [folder = ""] = groups.make("ada", limits);
  expect(filesOf(folder)).toEqual({ "pids.max": "40" });
});

it("a group that may not be handed on while processes are in it is left by ours", async () => {
  const groups = await detect({ controllers: "memory", members: [process.pid], isHandedOn: false });
  expect(readFileSync(join(slice, "lectern-platform/cgroup.procs"), "utf8")).toBe(String(process.pid));
  const weight = Number(readFileSync(join(slice, "lectern-platform/cpu.weight"), "utf8"));
  expect(weight).toBe(10 * Math.min(100 * availableParallelism(), 1_000));
  expect([groups.controllers, groups.ends]).toEqual([[], true]);
});

it("a host that is started again in the platform's group has its sessions beside that", async () => {
  const groups = await detect({ controllers: "memory", group: "/lectern.slice/lectern-platform" });
  expect(groups.make("ada", limits)).toEqual([join(slice, `lectern-test-${String(process.pid)}`, "ada")]);
});

it("a group that others share is left as it is", async () => {
  const groups = await detect({ controllers: "memory", members: [process.pid, 1], isHandedOn: false });
  expect(readdirSync(slice)).not.toContain("lectern-platform");
  expect([groups.controllers, groups.ends]).toEqual([[], true]);
});

it("version 2 without controllers, beside version 1, only ends sessions", async () => {
  const pids = join(root, "pids/lectern");
  mkdirSync(pids, { recursive: true });
  const groups = await detect({
    controllers: "",
    mounts: `31 25 0:27 / ${join(root, "pids")} rw - cgroup cgroup rw,pids\n`,
    groups: "3:pids:/lectern\n",
  });
  expect([groups.controllers, groups.description, groups.ends]).toEqual([["pids"], "cgroup v1", true]);
});

it("nothing is said to hold where a group cannot be made", async () => {
  const groups = await detect({ controllers: "memory pids cpu", group: "/elsewhere" });
  expect([groups.controllers, groups.ends, groups.make("ada", limits)]).toEqual([[], false, []]);
});

interface Machine {
  controllers: string;
  /** Processes in the group of this one. */
  members?: number[];
  isHandedOn?: boolean;
  /** Further mounts, and this process's groups in them, as the kernel tells of them. */
  mounts?: string;
  groups?: string;
  /** The group of this process in version 2. */
  group?: string;
}

function detect({
  controllers,
  members = [],
  isHandedOn = true,
  mounts = "",
  groups = "",
  group = "/lectern.slice",
}: Machine) {
  writeFileSync(join(slice, "cgroup.controllers"), `${controllers}\n`);
  writeFileSync(join(slice, "cgroup.procs"), members.map((pid) => `${String(pid)}\n`).join(""));
  // The kernel answers EBUSY; of files, a folder is what cannot be written.
  if (!isHandedOn) mkdirSync(join(slice, "cgroup.subtree_control"));
  writeFileSync(
    join(root, "mountinfo"),
    `30 25 0:26 / ${join(root, "fs")} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n${mounts}`,
  );
  writeFileSync(join(root, "cgroup"), `0::${group}\n${groups}`);
  return ControlGroups.detect("test", root);
}

function filesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ name }) => [name, readFileSync(join(folder, name), "utf8")]));
}
