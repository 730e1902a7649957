import { normalize } from "node:path";
import { FILTER_DESCRIPTOR, findProgram } from "../../terminal/node/bubblewrap.js";
import { launchWith } from "../../terminal/node/sandbox/launch.js";
import { asSessionLimits, type ContainerLimits } from "./container-limits.js";
import type { PodNetwork } from "./pod-network.js";
import { BUSYBOX } from "./requirements.js";

/** Descriptors by which bubblewrap tells how it goes, and gets the namespaces of a container that runs. */
const STATUS_DESCRIPTOR = 3;
const OWN_USER_DESCRIPTOR = 5;
const USER_DESCRIPTOR = 7;
const PROCESSES_DESCRIPTOR = 8;
const ARGUMENTS_DESCRIPTOR = 6;

/**
 * Opens what bubblewrap is handed by number, and gives the pod its terminal, which programs open by name; `-p` keeps bash from reading
 * BASH_ENV.
 */
const OPEN = `
exec ${STATUS_DESCRIPTOR}>"$1" ${ARGUMENTS_DESCRIPTOR}<"$3"
[[ $2 ]] && exec ${OWN_USER_DESCRIPTOR}<"/proc/$2/ns/user" ${USER_DESCRIPTOR}<"$6" ${PROCESSES_DESCRIPTOR}<"/proc/$2/ns/pid"
[[ -t 0 ]] && "$5" "$4" /proc/self/fd/0
shift 6
exec "$@"`;

/** A container that runs, of which namespaces are joined. */
export interface RunningContainer {
  /** Of its first process, on this machine. */
  pid: number;
  /** A path to the user namespace that its other namespaces belong to. */
  owner: string;
  /** Whether its processes are in a user namespace below that one, as those that are not root inside. */
  isNested: boolean;
}

/** What every process of one container sees, its own and those of `exec`. */
export interface ContainerView {
  root: string;
  /** The pod's memory that processes share by name. */
  sharedMemory: string;
  isRootReadOnly: boolean;
  mounts: readonly { source: string; path: string; readOnly: boolean }[];
  /** The file that the container writes its last words into, and where it sees that. */
  lastWords: { file: string; path: string } | undefined;
  hostname: string;
  env: readonly [string, string][];
  workingDir: string;
}

/** Who runs it on this machine, where, and within which bounds. */
export interface ContainerPlace {
  /** Account of the pod on this machine. */
  uid: number;
  /** Account inside. */
  user: number;
  group: number;
  network: Pick<PodNetwork, "path" | "whileOpen">;
  /** A path to the mounts of the machine as sandboxes see them while they are made. */
  machine: string;
  /** Control groups to join. */
  groups: readonly string[];
  limits: ContainerLimits;
  /** Whether one of the groups counts memory. */
  countsMemory: boolean;
  /** Path of the filter of system calls; empty where there is none. */
  filter: string;
}

/**
 * The command line that runs a program as a container's first process, or beside those of one that runs. Bubblewrap writes to `statusFile` whom it started and how that
 * ended, and reads `variablesText` from `variablesFile`.
 */
export function bubblewrapCommand(
  command: readonly string[],
  view: ContainerView,
  place: ContainerPlace,
  {
    statusFile,
    variablesFile,
    beside,
  }: { statusFile: string; variablesFile: string; beside?: RunningContainer },
): string[] {
  const { uid, limits, groups, countsMemory, filter } = place;
  return [
    ...launchWith({ limits: asSessionLimits(limits), groups, countsMemory, filter }),
    "/bin/bash",
    "--norc",
    "-p",
    "-c",
    OPEN,
    "open",
    statusFile,
    beside === undefined ? "" : String(beside.pid),
    variablesFile,
    String(uid),
    findProgram("chown"),
    beside?.owner ?? "",
    findProgram("nsenter"),
    `--net=${place.network.path}`,
    `--mount=${place.machine}`,
    "--",
    findProgram("setpriv"),
    `--reuid=${uid}`,
    `--regid=${uid}`,
    "--clear-groups",
    "--",
    findProgram("bwrap"),
    ...filesOf(view),
    ...(beside === undefined ? ownNamespaces(place) : joinedNamespaces(beside)),
    "--unshare-uts",
    "--hostname",
    view.hostname,
    "--unshare-ipc",
    "--unshare-cgroup-try",
    "--json-status-fd",
    String(STATUS_DESCRIPTOR),
    ...(filter === "" ? [] : ["--seccomp", String(FILTER_DESCRIPTOR)]),
    "--clearenv",
    "--args",
    String(ARGUMENTS_DESCRIPTOR),
    "--chdir",
    view.workingDir,
    "--",
    ...command,
  ];
}

/** What the kernel takes of one variable, its name and a zero byte with it, and of all together (execve(2)). */
const VARIABLE_BYTES = 128 * 1024;
const ALL_BYTES = 1024 * 1024;
/** Bubblewrap takes 9,000 words, of which a variable is three. */
const MOST_VARIABLES = 2_900;

/**
 * What the file has that hands bubblewrap the variables: among them are Secrets, and everybody on the machine reads arguments of programs.
 * Throws where one holds a zero byte, behind which bubblewrap would read the next argument, and where they are larger or more than a
 * program can be given.
 */
export function variablesText(env: readonly (readonly [string, string])[]): string {
  requireSize(env);
  return env
    .flatMap(([name, value]) => {
      if (`${name}${value}`.includes("\0"))
        throw new Error(`the variable ${JSON.stringify(name)} holds a zero byte`);
      return ["--setenv", name, value];
    })
    .map((part) => `${part}\0`)
    .join("");
}

function requireSize(env: readonly (readonly [string, string])[]): void {
  if (env.length > MOST_VARIABLES)
    throw new Error(`the container has ${env.length} variables, and at most ${MOST_VARIABLES} can be set`);
  const sizes = env.map(([name, value]) => Buffer.byteLength(name) + Buffer.byteLength(value) + 2);
  const at = sizes.findIndex((size) => size > VARIABLE_BYTES);
  if (at >= 0)
    throw new Error(
      `argument list too long: the variable ${JSON.stringify(env[at]?.[0])} has ${sizes[at]} bytes, and the kernel takes ${VARIABLE_BYTES}`,
    );
  const all = sizes.reduce((sum, size) => sum + size, 0);
  if (all > ALL_BYTES)
    throw new Error(
      `argument list too long: the variables have ${all} bytes together, and at most ${ALL_BYTES} can be set`,
    );
}

function ownNamespaces({ user, group }: ContainerPlace): string[] {
  const account = ["--uid", String(user), "--gid", String(group)];
  return ["--unshare-user", ...account, "--unshare-pid", "--as-pid-1", "--die-with-parent"];
}

/**
 * They end with the container's first process, which ends with this one. They cannot be told to end with their parent: bubblewrap gets
 * into the processes of another by a fork in between, and where that is slow to go, its end would be taken for the parent's.
 */
function joinedNamespaces({ isNested }: RunningContainer): string[] {
  const joined = ["--userns", String(USER_DESCRIPTOR), "--pidns", String(PROCESSES_DESCRIPTOR)];
  return isNested ? [...joined, "--userns2", String(OWN_USER_DESCRIPTOR)] : joined;
}

function filesOf(view: ContainerView): string[] {
  const { root, sharedMemory, isRootReadOnly, mounts, lastWords, workingDir } = view;
  const volumes = mounts.flatMap(({ source, path, readOnly }) => [
    readOnly ? "--ro-bind" : "--bind",
    source,
    path,
  ]);
  const words = lastWords === undefined ? [] : ["--bind", lastWords.file, lastWords.path];
  const isBelowDev = lastWords?.path.startsWith("/dev/") === true;
  // Made in the volume as a runtime makes it, as the account of the pod.
  const isInVolume = mounts.some(
    ({ path, readOnly }) => !readOnly && `${normalize(workingDir)}/`.startsWith(`${normalize(path)}/`),
  );
  return [
    "--bind",
    root,
    "/",
    "--ro-bind",
    BUSYBOX,
    "/bin/busybox",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--bind",
    sharedMemory,
    "/dev/shm",
    ...(isBelowDev ? words : []),
    // It is in memory without a bound.
    "--remount-ro",
    "/dev",
    ...volumes,
    ...(isBelowDev ? [] : words),
    ...(isInVolume ? ["--dir", workingDir] : []),
    ...(isRootReadOnly ? ["--remount-ro", "/"] : []),
  ];
}
