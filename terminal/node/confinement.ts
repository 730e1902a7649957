import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { ShellSpec } from "../common/terminal-host.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";

/** What this machine can do to keep shells apart. */
export interface Confinement {
  kind: "account-and-bubblewrap" | "account" | "bubblewrap" | "none";
  /** In words, without the uid. */
  description: string;
}

/** Absolute, because the PATH of the session's environment may begin with a folder the learner can write to. */
const SETPRIV = findProgram("setpriv");
const BWRAP = findProgram("bwrap");
/**
 * Closes every descriptor above 2 before the next program starts: node-pty once handed earlier shells' terminals to
 * later ones, and whoever started the host may have left descriptors open. `-p` keeps bash from reading BASH_ENV.
 */
const CLOSE_DESCRIPTORS = [
  "/bin/bash",
  "-p",
  "-c",
  'for f in /proc/self/fd/*; do n=${f##*/}; ((n > 2)) && eval "exec $n>&-"; done; exec "$@"',
  "close-descriptors",
];
/** Longest a probe may take; bubblewrap starts in about 10 ms. */
const PROBE_TIMEOUT_MS = 5_000;
/** Files of /etc that programs need and that hold no secrets; the rest of /etc is not in the box. */
const ETC =
  "alternatives bash.bashrc bash_completion.d ca-certificates ca-certificates.conf group gitconfig host.conf hosts inputrc ld.so.cache ld.so.conf ld.so.conf.d localtime mime.types nanorc nsswitch.conf os-release passwd profile.d protocols python3 resolv.conf screenrc services ssl terminfo timezone vim wgetrc zsh".split(
    " ",
  );
const SETPRIV_OPTIONS = "--clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all".split(" ");

/** Tries what works here, once per host: own accounts need root and setpriv, boxes need bubblewrap and user namespaces. */
export function detectConfinement(): Confinement {
  const isRoot = process.getuid?.() === 0;
  const box = [BWRAP, ...systemArguments(), "--unshare-pid", "/bin/true"];
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
  options: { confinement: Confinement; allowUnconfined: boolean; privateFolder: string },
): ConfinedCommand {
  const { kind } = options.confinement;
  const isRoot = process.getuid?.() === 0;
  if (kind === "none" || (isRoot && !shell.account)) {
    if (options.allowUnconfined)
      return { argv: [...CLOSE_DESCRIPTORS, ...argv], confinement: "not confined (--allow-unconfined)" };
    throw refusal(kind);
  }
  const box = kind === "account" ? [] : boxArguments(shell, options.privateFolder);
  if (!isRoot || !shell.account)
    return {
      argv: [...CLOSE_DESCRIPTORS, ...box, ...argv],
      confinement: `bubblewrap, uid ${process.getuid?.()}`,
    };
  for (const path of [shell.home, ...shell.readOnlyPaths]) requireReachable(path, shell.account);
  const { uid, gid } = shell.account;
  const words =
    kind === "account" ? "without bubblewrap: names of other processes are visible" : "bubblewrap";
  return {
    argv: [
      SETPRIV,
      `--reuid=${uid}`,
      `--regid=${gid}`,
      ...SETPRIV_OPTIONS,
      ...CLOSE_DESCRIPTORS,
      ...box,
      ...argv,
    ],
    confinement: kind === "account" ? `uid ${uid}, ${words}` : `${words}, uid ${uid}`,
  };
}

function findProgram(name: string): string {
  const folder = ["/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin"].find((place) =>
    existsSync(`${place}/${name}`),
  );
  return `${folder ?? "/usr/bin"}/${name}`;
}

function refusal(kind: Confinement["kind"]): TerminalError {
  if (kind !== "none") {
    return new TerminalError(
      terminalErrorCodes.accountMissing,
      "The shell has no account of its own and the terminal host is root: give each session a uid, or start the host with --allow-unconfined.",
    );
  }
  return new TerminalError(
    terminalErrorCodes.unconfined,
    "Shells cannot be kept apart on this machine: run `apt-get install bubblewrap` (user namespaces must be allowed), or start with --allow-unconfined if every learner may read everything this account can.",
  );
}

function systemArguments(): string[] {
  const top = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].flatMap((path) => {
    if (!existsSync(path)) return [];
    return lstatSync(path).isSymbolicLink()
      ? ["--symlink", readlinkSync(path), path]
      : ["--ro-bind", path, path];
  });
  const etc = ETC.map((name) => `/etc/${name}`).flatMap((path) => ["--ro-bind-try", path, path]);
  return [
    "--ro-bind",
    "/usr",
    "/usr",
    ...top,
    ...etc,
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--tmpfs",
    "/tmp",
    "--dir",
    "/run",
    "--dir",
    "/var/tmp",
  ];
}

/** No --new-session: it would take the controlling terminal away, and with it Ctrl-C and job control. */
function boxArguments(shell: ShellSpec, privateFolder: string): string[] {
  const readOnly = shell.readOnlyPaths
    .filter((path) => !path.startsWith("/usr/"))
    .flatMap((path) => ["--ro-bind", path, path]);
  const own = ["--ro-bind", privateFolder, privateFolder, "--bind", shell.home, shell.home];
  return [
    BWRAP,
    ...systemArguments(),
    ...readOnly,
    ...own,
    "--unshare-pid",
    "--unshare-ipc",
    "--die-with-parent",
    "--chdir",
    shell.home,
  ];
}

function requireReachable(path: string, account: { uid: number; gid: number }): void {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (!stat) throw unreachable(path, `${folder} does not exist`);
    const bit = stat.uid === account.uid ? 0o100 : stat.gid === account.gid ? 0o010 : 0o001;
    if ((stat.mode & bit) === 0)
      throw unreachable(path, `account ${account.uid} may not enter ${folder}; run chmod o+x ${folder}`);
    if (folder === "/") return;
  }
}

function unreachable(path: string, why: string): TerminalError {
  return new TerminalError(terminalErrorCodes.folderUnreachable, `The shell cannot reach ${path}: ${why}.`);
}
