import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { ShellSpec } from "../common/session-host.js";
import { boxFor, emptyBox, findProgram, type BoxFolders } from "./bubblewrap.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";

/** What this machine can do to keep shells apart. */
export interface Confinement {
  kind: "account-and-bubblewrap" | "account" | "bubblewrap" | "none";
  /** In words, without the uid. */
  description: string;
}

/** Absolute, because the PATH of the session's environment may begin with a folder the learner can write to. */
const SETPRIV = findProgram("setpriv");
/**
 * Closes every descriptor above 2 before the next program starts: node-pty once handed earlier shells' terminals to
 * later ones, and whoever started the host may have left descriptors open. `-p` keeps bash from reading BASH_ENV.
 */
const CLOSE = 'for f in /proc/self/fd/*; do n=${f##*/}; ((n > 2)) && eval "exec $n>&-"; done; exec "$@"';
const CLOSE_DESCRIPTORS = ["/bin/bash", "-p", "-c", CLOSE, "close-descriptors"];
/** Processes and threads of one account; enough for any lab, and the end of a fork bomb. Only where accounts are not shared. */
const PROCESSES = 1_024;
const CLOSE_AND_LIMIT = [
  "/bin/bash",
  "-p",
  "-c",
  `ulimit -c 0 -u ${PROCESSES}; ${CLOSE}`,
  "close-descriptors",
];
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
 * Puts a shell's command line into what the machine offers. Throws TERMINAL_UNCONFINED where that is nothing and the
 * operator has not allowed it, TERMINAL_ACCOUNT_MISSING where root would run a learner's shell as itself, and
 * TERMINAL_FOLDER_UNREACHABLE where the account cannot get to its home.
 */
export function confine(
  argv: readonly string[],
  shell: ShellSpec,
  options: { confinement: Confinement; allowUnconfined: boolean } & BoxFolders,
): ConfinedCommand {
  const { kind } = options.confinement;
  const isRoot = process.getuid?.() === 0;
  if (kind === "none" || (isRoot && !shell.account)) {
    if (options.allowUnconfined)
      return { argv: [...CLOSE_DESCRIPTORS, ...argv], confinement: "not confined (--allow-unconfined)" };
    throw refusal(kind);
  }
  for (const path of [shell.home, ...shell.readOnlyPaths]) requireReachable(path, shell.account);
  const box = kind === "account" ? [] : boxFor(shell, options, argv[0] ?? "/bin/bash");
  if (!isRoot || !shell.account)
    return {
      argv: [...CLOSE_DESCRIPTORS, ...box, ...argv],
      confinement: `bubblewrap, uid ${process.getuid?.()}`,
    };
  const { uid, gid } = shell.account;
  const words =
    kind === "account" ? "without bubblewrap: names of other processes are visible" : "bubblewrap";
  return {
    argv: [
      SETPRIV,
      `--reuid=${uid}`,
      `--regid=${gid}`,
      ...SETPRIV_OPTIONS,
      ...CLOSE_AND_LIMIT,
      ...box,
      ...argv,
    ],
    confinement: kind === "account" ? `uid ${uid}, ${words}` : `${words}, uid ${uid}`,
  };
}

function refusal(kind: Confinement["kind"]): TerminalError {
  if (kind !== "none") {
    return new TerminalError(
      terminalErrorCodes.accountMissing,
      "The shell has no account of its own and the terminal host is root: give each session a uid in its ShellSpec.",
    );
  }
  return new TerminalError(
    terminalErrorCodes.unconfined,
    "Shells cannot be kept apart on this machine: run `apt-get install bubblewrap`, allow user namespaces, and start Lectern again.",
  );
}

function requireReachable(path: string, account: ShellSpec["account"]): void {
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
