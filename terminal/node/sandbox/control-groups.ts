import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { SessionLimits } from "../../common/session-limits.js";
import {
  type Controller,
  type Hierarchy,
  PLATFORM_GROUP,
  findHierarchies,
} from "./control-group-hierarchies.js";
import { groupMemory } from "./control-group-memory.js";

/** Rounds of freezing and killing, for processes that are just being born; each takes a few milliseconds. */
const KILL_ROUNDS = 40;
const KILL_ROUND_MS = 25;
/** Length of the periods in which processor time is dealt out. */
const CPU_PERIOD_US = 100_000;
/** The weight of all sessions together: on each processor as much as one of the platform's processes. */
const CPU_SHARES = 1024 * availableParallelism();
const CPU_WEIGHT = Math.min(100 * availableParallelism(), 1_000);
/** The weight of the platform where it is one group: every click waits for it, and it needs little. */
const PLATFORM_WEIGHT = 10 * CPU_WEIGHT;

/** The control groups of one host's sessions, in whatever hierarchies this process has rights to. */
export class ControlGroups {
  readonly #hierarchies: readonly Hierarchy[];

  private constructor(hierarchies: readonly Hierarchy[]) {
    this.#hierarchies = hierarchies;
  }

  /**
   * Finds what this process may use; `owner` names what the host looks after, and no other host does at the same time. What an
   * earlier one of that name has left is ended; what others that were killed have left is taken away where it is empty. `about` is the
   * folder in which the kernel tells of this process.
   */
  static async detect(owner: string, about = "/proc/self"): Promise<ControlGroups> {
    const usable = findHierarchies(about);
    await Promise.all(usable.map((hierarchy) => sweep(hierarchy, `lectern-${owner}`)));
    return new ControlGroups(
      usable.flatMap((hierarchy) => ownFolder(hierarchy, `lectern-${owner}-${process.pid}`)),
    );
  }

  /** None: what a pod may use is counted by the kubelet. */
  static none(): ControlGroups {
    return new ControlGroups([]);
  }

  get controllers(): Controller[] {
    return this.#hierarchies.flatMap(({ controllers }) => controllers);
  }

  /** Whether everything of a session can be ended at once, also what has left its process group. */
  get ends(): boolean {
    return this.#hierarchies.some(({ ends }) => ends);
  }

  /** In words, for a person. */
  get description(): string {
    const versions = new Set(
      this.#hierarchies.filter(({ controllers }) => controllers.length > 0).map(({ version }) => version),
    );
    return `cgroup v${[...versions].join(" and v")}`;
  }

  /** Makes the session's groups; answers with the folders its processes have to join. */
  make(session: string, limits: SessionLimits): string[] {
    return this.#hierarchies.map((hierarchy) => {
      const folder = join(hierarchy.folder, session);
      mkdirSync(folder, { recursive: true });
      for (const controller of hierarchy.controllers) setLimit(folder, controller, hierarchy.version, limits);
      return folder;
    });
  }

  /**
   * Groups below one of that name, whose processes are held to `limits` together, besides what each is held to by itself. It is there until
   * `close` finds it empty, and what it counted goes with it.
   */
  below(name: string, limits: SessionLimits): ControlGroups {
    return new ControlGroups(
      this.#hierarchies.map((hierarchy) => {
        const folder = join(hierarchy.folder, name);
        mkdirSync(folder, { recursive: true });
        for (const controller of hierarchy.controllers)
          setLimit(folder, controller, hierarchy.version, limits);
        handOn(folder, hierarchy);
        return { ...hierarchy, folder };
      }),
    );
  }

  /** Of these groups themselves, where the kernel tells what they have used. */
  get folders(): string[] {
    return this.#hierarchies.map(({ folder }) => folder);
  }

  /** The processes of a session; empty where no group can tell. */
  processes(session: string): number[] {
    const [hierarchy] = this.#hierarchies.toSorted((one, other) => Number(other.ends) - Number(one.ends));
    return hierarchy ? membersOf(join(hierarchy.folder, session)) : [];
  }

  /** Bytes of memory that a session takes, files in /tmp that are kept there counted in; `undefined` where no group counts them. */
  memoryOf(session: string): number | undefined {
    const counting = this.#hierarchies.find(({ controllers }) => controllers.includes("memory"));
    return counting && groupMemory(join(counting.folder, session), counting.version)?.used;
  }

  /** Ends a session's processes, however they were started, and takes its groups away; after a second at most. */
  async remove(session: string): Promise<void> {
    await end(
      this.#hierarchies.map((hierarchy) => ({ ...hierarchy, folder: join(hierarchy.folder, session) })),
    );
  }

  /** Takes the host's own groups away; sessions that still run keep theirs. */
  close(): void {
    for (const { folder } of this.#hierarchies) removeFolder(folder);
  }
}

function setLimit(
  folder: string,
  controller: Controller,
  version: 1 | 2,
  { memoryBytes, processes, cpus }: SessionLimits,
): void {
  const quota = Math.round(cpus * CPU_PERIOD_US);
  const set = (file: string, value: number | string): void =>
    writeFileSync(join(folder, file), String(value));
  if (controller === "pids") return set("pids.max", processes);
  if (controller === "memory" && version === 1) return set("memory.limit_in_bytes", memoryBytes);
  if (controller === "memory") {
    set("memory.max", memoryBytes);
    // Without swap a program that asks for too much ends at once and does not slow the others down.
    trySet(join(folder, "memory.swap.max"), "0");
    return;
  }
  if (version === 2) return set("cpu.max", `${quota} ${CPU_PERIOD_US}`);
  set("cpu.cfs_period_us", CPU_PERIOD_US);
  set("cpu.cfs_quota_us", quota);
}

/** Ends what is in the groups and takes them away. */
async function end(groups: readonly Hierarchy[]): Promise<void> {
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    if (groups.every(({ folder }) => membersOf(folder).length === 0)) break;
    for (const group of groups) killMembers(group.folder, group);
    await wait(KILL_ROUND_MS);
  }
  for (const { folder } of groups) removeFolder(folder);
}

/** Takes away what hosts before this one have left. */
async function sweep(hierarchy: Hierarchy, owner: string): Promise<void> {
  for (const name of foldersIn(hierarchy.folder)) {
    const [, whose, pid] = /^(lectern-.+)-(\d+)$/.exec(name) ?? [];
    if (whose === undefined || (whose !== owner && existsSync(`/proc/${pid}`))) continue;
    const folder = join(hierarchy.folder, name);
    const groups = groupsBelow(folder).map((group) => ({ ...hierarchy, folder: group }));
    if (whose === owner) await end(groups);
    else for (const group of groups) removeFolder(group.folder);
    removeFolder(folder);
  }
}

function killMembers(folder: string, { version, ends }: Hierarchy): void {
  if (version === 2 && trySet(join(folder, "cgroup.kill"), "1")) return;
  const state = version === 2 ? "cgroup.freeze" : "freezer.state";
  const [frozen, thawed] = version === 2 ? ["1", "0"] : ["FROZEN", "THAWED"];
  // Nothing can fork while it is frozen; the signal takes effect with the thaw.
  if (ends) trySet(join(folder, state), frozen);
  for (const pid of membersOf(folder)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself, which is what was wanted.
    }
  }
  if (ends) trySet(join(folder, state), thawed);
}

/** Every process in the group; a learner cannot make groups below it. */
function membersOf(folder: string): number[] {
  try {
    return readFileSync(join(folder, "cgroup.procs"), "utf8")
      .split("\n")
      .map(Number)
      .filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

/** Makes the folder of the host's sessions; none where this process has no rights there. */
function ownFolder(hierarchy: Hierarchy, owner: string): Hierarchy[] {
  const folder = join(hierarchy.folder, owner);
  try {
    accessSync(hierarchy.folder, constants.W_OK);
    const controllers = hierarchy.version === 2 ? delegate(hierarchy) : hierarchy.controllers;
    mkdirSync(folder, { recursive: true });
    handOn(folder, { ...hierarchy, controllers });
    if (hierarchy.version === 2) {
      if (controllers.includes("cpu")) trySet(join(folder, "cpu.weight"), String(CPU_WEIGHT));
    } else if (controllers.includes("cpu")) trySet(join(folder, "cpu.shares"), String(CPU_SHARES));
    return [{ ...hierarchy, folder, controllers }];
  } catch {
    return [];
  }
}

/** In version 2 groups count only what the one above them hands on. */
function handOn(folder: string, { version, controllers }: Hierarchy): void {
  if (version === 1) return;
  for (const name of controllers) writeFileSync(join(folder, "cgroup.subtree_control"), `+${name}`);
}

/**
 * Has the group of this process hand its controllers on. A group that hands them on may hold no processes itself, so ours go into a
 * group beside the sessions'; where others share our group, they are left alone and only ending sessions at once is to be had.
 */
function delegate({ folder, controllers }: Hierarchy): Controller[] {
  const enable = (): Controller[] =>
    controllers.filter((name) => trySet(join(folder, "cgroup.subtree_control"), `+${name}`));
  const enabled = enable();
  if (enabled.length === controllers.length || !membersOf(folder).every((pid) => isOurs(pid))) return enabled;
  const platform = join(folder, PLATFORM_GROUP);
  mkdirSync(platform, { recursive: true });
  for (const pid of membersOf(folder)) trySet(join(platform, "cgroup.procs"), String(pid));
  const handedOn = enable();
  trySet(join(platform, "cpu.weight"), String(PLATFORM_WEIGHT));
  return handedOn;
}

/** This process, the one that started it, and what that one has started. */
function isOurs(pid: number): boolean {
  const family = new Set([process.pid, process.ppid]);
  for (let at = pid, depth = 0; at > 1 && depth < 16; depth += 1) {
    if (family.has(at)) return true;
    at = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${at}/status`, "utf8"))?.[1] ?? 0);
  }
  return family.has(pid);
}

/** The deepest first, as they can be taken away. */
function groupsBelow(folder: string): string[] {
  return foldersIn(folder).flatMap((name) => [...groupsBelow(join(folder, name)), join(folder, name)]);
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function trySet(file: string, value: string): boolean {
  try {
    writeFileSync(file, value);
    return true;
  } catch {
    return false;
  }
}

/** A group that still has a dying process stays until the next host sweeps it away. */
function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // See above.
  }
}
