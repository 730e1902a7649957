import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { boxFor, emptyBox, findProgram, writeFilter, type BoxFolders } from "./bubblewrap.js";
import { launchWith, limitProcesses, type Sandbox } from "./sandbox/launch.js";
import type { Account, ConfinedSession } from "./session-folder.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";

/** What this machine can do to keep shells apart. */
export interface Confinement {
  kind: "account-and-bubblewrap" | "account" | "bubblewrap" | "pod" | "none";
  /** In words, without the uid. */
  description: string;
}

/** Absolute, because the PATH of the session's environment may begin with a folder the learner can write to. */
const SETPRIV = findProgram("setpriv");
const NSENTER = findProgram("nsenter");
/** Longest a probe may take; bubblewrap starts in about 10 ms. */
const PROBE_TIMEOUT_MS = 5_000;
const SETPRIV_OPTIONS = "--clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all".split(" ");

/** Tries what works here, once per host: own accounts need root and setpriv, boxes need bubblewrap and user namespaces. */
export function detectConfinement(): Confinement {
  const isRoot = process.getuid?.() === 0;
  const box = [...emptyBox(), "/bin/true"];
  const account = [SETPRIV, "--reuid=65534", "--regid=65534", ...SETPRIV_OPTIONS];
  if (isRoot && works([...account, ...box]))
    return { kind: "account-and-bubblewrap", description: "bubblewrap with an account of its own" };
  if (isRoot && works([...account, "/bin/true"]))
    return {
      kind: "account",
      description: "an account of its own, without bubblewrap: names of other processes are visible",
    };
  if (!isRoot && works(box)) return { kind: "bubblewrap", description: "bubblewrap" };
  return { kind: "none", description: "not confined" };
}

/**
 * What keeps the one session of a pod apart: its container, with whatever account it runs under. Throws TERMINAL_USAGE for root, which
 * could do more in a container than a learner may.
 */
export function confinementOfPod(): Confinement {
  if (process.getuid?.() !== 0) return { kind: "pod", description: "a container of its own" };
  throw new TerminalError(
    terminalErrorCodes.usage,
    "A terminal host with --session runs as an ordinary user, and this one is root: set runAsUser and runAsNonRoot.",
  );
}

function works(argv: readonly string[]): boolean {
  const [file = "", ...args] = argv;
  return spawnSync(file, args, { env: {}, stdio: "ignore", timeout: PROBE_TIMEOUT_MS }).status === 0;
}

/** How one shell is started: its whole command line and how it is kept apart, in words. */
export interface ConfinedCommand {
  argv: string[];
  confinement: string;
}

/**
 * Puts a program's command line into what the machine offers; the only way a learner's program is started. Throws
 * TERMINAL_UNCONFINED where that is nothing and the operator has not allowed it, TERMINAL_ACCOUNT_MISSING where root would run
 * it as itself, and TERMINAL_FOLDER_UNREACHABLE where the account cannot get to its home.
 */
export function confine(
  argv: readonly string[],
  shell: ConfinedSession,
  options: { confinement: Confinement; allowUnconfined: boolean } & BoxFolders,
): ConfinedCommand {
  const { kind } = options.confinement;
  const { sandbox } = shell;
  const isRoot = process.getuid?.() === 0;
  if (kind === "pod") return inContainer(argv, sandbox, options.confinement);
  if (kind === "none" || (isRoot && !shell.account)) {
    if (!options.allowUnconfined) throw refusal(kind);
    return {
      argv: [...launchWith({ ...sandbox, filter: "" }), ...argv],
      confinement: "not confined (--allow-unconfined)",
    };
  }
  for (const path of [shell.home, ...shell.readOnlyPaths]) requireReachable(path, shell.account);
  const isBoxed = kind !== "account";
  const before = [
    ...launchWith({ ...sandbox, filter: isBoxed ? writeFilter(options.privateFolder) : "" }),
    ...enter(sandbox, shell.home),
  ];
  const folders = { ...options, ...nameFilesOf(sandbox) };
  const box = isBoxed ? boxFor(shell, folders, argv[0] ?? "/bin/bash") : [];
  return shell.account && isRoot
    ? asAccount(shell.account, { before, box, argv })
    : {
        // Counted in the box's own user namespace: outside, everything of the account that started us would count.
        argv: [...before, ...box, ...limitProcesses(sandbox.limits.processes), ...argv],
        confinement: `bubblewrap, uid ${process.getuid?.()}`,
      };
}

function nameFilesOf({ hostsFile, resolverFile }: Sandbox): Pick<BoxFolders, "hostsFile" | "resolverFile"> {
  return { ...(hostsFile && { hostsFile }), ...(resolverFile && { resolverFile }) };
}

function inContainer(
  argv: readonly string[],
  sandbox: Sandbox,
  { description }: Confinement,
): ConfinedCommand {
  const limits = [...launchWith({ ...sandbox, filter: "" }), ...limitProcesses(sandbox.limits.processes)];
  return { argv: [...limits, ...argv], confinement: `${description}, uid ${process.getuid?.()}` };
}

function asAccount(
  { uid, gid }: Account,
  { before, box, argv }: { before: string[]; box: string[]; argv: readonly string[] },
): ConfinedCommand {
  const account = [SETPRIV, `--reuid=${uid}`, `--regid=${gid}`, ...SETPRIV_OPTIONS];
  return {
    argv: [...before, ...account, ...box, ...argv],
    confinement:
      box.length > 0
        ? `bubblewrap, uid ${uid}`
        : `uid ${uid}, without bubblewrap: names of other processes are visible`,
  };
}

/** Into the session's namespaces, before any right to enter them is given up. */
function enter({ namespaces }: Sandbox, home: string): string[] {
  return namespaces.length === 0 ? [] : [NSENTER, ...namespaces, `--wd=${home}`, "--"];
}

function refusal(kind: Confinement["kind"]): TerminalError {
  if (kind !== "none") {
    return new TerminalError(
      terminalErrorCodes.accountMissing,
      "The shell has no account of its own and the terminal host is root: give each session a uid.",
    );
  }
  return new TerminalError(
    terminalErrorCodes.unconfined,
    "Shells cannot be kept apart on this machine: run `apt-get install bubblewrap`, allow user namespaces, and start Lectern again.",
  );
}

function requireReachable(path: string, account: Account | undefined): void {
  if (!existsSync(path)) throw unreachable(path, "it does not exist");
  if (!account) return;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stat = statSync(folder);
    const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001;
    if ((stat.mode & bit) === 0)
      throw unreachable(path, `account ${account.uid} may not enter ${folder}; run chmod o+x ${folder}`);
    if (folder === "/") return;
  }
}

function unreachable(path: string, why: string): TerminalError {
  return new TerminalError(terminalErrorCodes.folderUnreachable, `The shell cannot reach ${path}: ${why}.`);
}
