import { spawnSync } from "node:child_process";
import { chownSync, existsSync, lstatSync, mkdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seccompFilter } from "./sandbox/seccomp.js";
import { ETC } from "./sandbox/system-files.js";
import type { Account, ConfinedSession } from "./session-folder.js";

/** How a machine finds others by name; a session with a network of its own has its own. */
const NAMES = ["/etc/hosts", "/etc/resolv.conf"];
/** Show the keys that whoever started the host has, and how many everybody has. */
const KEYS = ["/proc/keys", "/proc/key-users"];
/** Where other platforms have a learner's home, which labs and their manifests name in full. */
const HOMES_ELSEWHERE = ["/root", "/home/eduk8s"];
/** Of folders in memory that a few programs use. */
const SMALL_FOLDER_BYTES = 16 * 1024 * 1024;
let knowsSizes: boolean | undefined;
/** The box's own root and /dev are in memory without a bound; nothing is to be written there. */
const SEALED = ["--remount-ro", "/dev", "--remount-ro", "/"];
/** The descriptor by which bubblewrap gets its filter of system calls. */
export const FILTER_DESCRIPTOR = 9;

export interface BoxFolders {
  /** Of one shell: its start-up file; taken away after the first prompt. */
  privateFolder: string;
  /** Of one session: what its shells see as /tmp. */
  temporaryFolder: string;
  /** Of one session: its /etc/hosts, where it has a network of its own. */
  hostsFile?: string;
  /** Of one session: its /etc/resolv.conf, where its programs find pods. */
  resolverFile?: string;
  /** Shown as /etc; the parts of the system's own where absent. */
  systemFiles?: string;
}

/** A command line before another that shows it the system and nothing else; to try whether boxes work here. */
export function emptyBox(): string[] {
  return [findProgram("bwrap"), ...systemArguments(), "--tmpfs", "/tmp", "--unshare-pid"];
}

/**
 * A command line before a shell's: read-only system, own home, own processes, the session's /tmp. There is no
 * --new-session: it would take the controlling terminal away, and with it Ctrl-C and job control.
 */
export function boxFor(shell: ConfinedSession, folders: BoxFolders, program: string): string[] {
  const { privateFolder, temporaryFolder, hostsFile, resolverFile } = folders;
  // A copy is read-only: nothing else could be shown inside of it.
  const isInEtc = [shell.home, ...shell.readOnlyPaths].some((path) => path.startsWith("/etc/"));
  const systemFiles = isInEtc ? undefined : folders.systemFiles;
  const readOnly = shell.readOnlyPaths.filter((path) => !path.startsWith("/usr/"));
  makeTemporaryFolder(temporaryFolder, shell.account);
  const binds = [
    ["--bind", temporaryFolder, "/tmp"],
    ...accountFiles(shell, privateFolder, program),
    ...readOnly.map((path) => ["--ro-bind", path, path]),
    ["--ro-bind", privateFolder, privateFolder],
    ["--bind", shell.home, shell.home],
    ...homesElsewhere(shell).map((path) => ["--symlink", shell.home, path]),
  ];
  const names = hostsFile
    ? [
        "--ro-bind",
        hostsFile,
        "/etc/hosts",
        ...(resolverFile ? ["--ro-bind", resolverFile, "/etc/resolv.conf"] : []),
      ]
    : NAMES.flatMap((path) => ["--ro-bind-try", path, path]);
  const keys = KEYS.filter((path) => existsSync(path)).flatMap((path) => ["--ro-bind", "/dev/null", path]);
  const filter = seccompFilter() ? ["--seccomp", String(FILTER_DESCRIPTOR)] : [];
  const apart = ["--unshare-pid", "--unshare-ipc", "--die-with-parent", ...filter, "--chdir", shell.home];
  return [
    findProgram("bwrap"),
    ...systemArguments(systemFiles),
    ...names,
    ...keys,
    ...binds.flat(),
    ...SEALED,
    ...apart,
  ];
}

/** Writes the filter of system calls into a folder; the path is empty where none is known for this machine's processor. */
export function writeFilter(folder: string): string {
  const filter = seccompFilter();
  if (!filter) return "";
  const path = join(folder, "system-calls.bpf");
  writeFileSync(path, filter, { mode: 0o644 });
  return path;
}

/** Where a program of the system is; never looked up in a PATH that a learner may have a say in. */
export function findProgram(name: string): string {
  const folder = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"].find((place) =>
    existsSync(`${place}/${name}`),
  );
  return `${folder ?? "/usr/bin"}/${name}`;
}

function systemArguments(systemFiles?: string): string[] {
  const top = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].flatMap((path) => {
    if (!existsSync(path)) return [];
    return lstatSync(path).isSymbolicLink()
      ? ["--symlink", readlinkSync(path), path]
      : ["--ro-bind", path, path];
  });
  const etc = systemFiles
    ? ["--ro-bind", systemFiles, "/etc"]
    : ETC.map((name) => `/etc/${name}`).flatMap((path) => ["--ro-bind-try", path, path]);
  const kernel = ["--proc", "/proc", "--dev", "/dev", "--dir", "/run"];
  return ["--ro-bind", "/usr", "/usr", ...top, ...etc, ...kernel, ...smallFolders()];
}

function helpOfBubblewrap(): string {
  return spawnSync(findProgram("bwrap"), ["--help"], { encoding: "utf8", timeout: HELP_MS }).stdout ?? "";
}

/** 10 s for a program that prints its options. */
const HELP_MS = 10_000;

/** What programs expect to write to besides home and /tmp, with a bound; bubblewrap before 0.7 knows none, so there they are not there. */
function smallFolders(): string[] {
  knowsSizes ??= helpOfBubblewrap().includes("--size");
  return knowsSizes
    ? ["/var/tmp", "/dev/shm"].flatMap((path) => ["--size", String(SMALL_FOLDER_BYTES), "--tmpfs", path])
    : [];
}

/** Those that lead nowhere else in the box. */
function homesElsewhere({ home, readOnlyPaths }: ConfinedSession): string[] {
  return HOMES_ELSEWHERE.filter(
    (place) => ![home, ...readOnlyPaths].some((path) => path === place || path.startsWith(`${place}/`)),
  );
}

function makeTemporaryFolder(folder: string, account: Account | undefined): void {
  if (existsSync(folder)) return;
  mkdirSync(folder, { mode: 0o700 });
  if (account) chownSync(folder, account.uid, account.gid);
}

/** Gives the account a name: without one `whoami`, ssh and git refuse to work. */
function accountFiles(shell: ConfinedSession, folder: string, program: string): string[][] {
  const { uid, gid } = shell.account ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const learner = `learner:x:${uid}:${gid}:Learner:${shell.home}:${program}`;
  const nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";
  const files = {
    passwd: ["root:x:0:0:root:/root:/bin/bash", learner, nobody],
    group: ["root:x:0:", `learner:x:${gid}:`, "nogroup:x:65534:"],
  };
  return Object.entries(files).map(([name, lines]) => {
    const path = join(folder, name);
    writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o644 });
    return ["--ro-bind", path, `/etc/${name}`];
  });
}
