import { chmodSync, lchownSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { spawn, type IPty } from "node-pty";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { ShellSpec, TerminalAddress } from "../common/session-host.js";
import { confine, type Confinement } from "./confinement.js";
import { integrateShell } from "./shell-integration.js";

export interface ShellOptions {
  address: TerminalAddress;
  shell: ShellSpec;
  /** A folder every account may enter, for start-up files. */
  runtimeDir: string;
  confinement: Confinement;
  allowUnconfined: boolean;
}

export interface StartedShell {
  pty: IPty;
  /** Secret of the shell's marks. */
  nonce: string;
  confinement: string;
  program: "bash" | "zsh";
}

/**
 * Starts a shell in a pseudo terminal of its own, kept apart as the machine allows. Throws what `confine` throws, and
 * TERMINAL_SPAWN_FAILED where the operating system refuses.
 */
export function startShell(
  options: ShellOptions,
  folder: string,
  size: { columns: number; rows: number },
): StartedShell {
  const { shell } = options;
  const integrated = integrateShell(folder, shell.env["SHELL"], shell.account);
  try {
    const temporaryFolder = temporaryFolderOf(options.runtimeDir, options.address.session);
    const confined = confine(integrated.argv, shell, { ...options, privateFolder: folder, temporaryFolder });
    if (shell.account) takeHome(shell.home, shell.account);
    const [file = "", ...args] = confined.argv;
    const env = {
      LANG: "C.UTF-8",
      USER: "learner",
      PATH: "/usr/local/bin:/usr/bin:/bin",
      ...shell.env,
      HOME: shell.home,
      TERM: "xterm-256color",
      ...integrated.env,
    };
    const { columns: cols, rows } = size;
    const pty = spawn(file, args, {
      name: "xterm-256color",
      cols,
      rows,
      cwd: shell.home,
      env,
      encoding: null,
    });
    return { pty, nonce: integrated.nonce, confinement: confined.confinement, program: integrated.program };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (error instanceof TerminalError) throw error;
    const message = `The shell of ${options.address.session}/${options.address.terminal} did not start: ${String(error)}`;
    throw new TerminalError(terminalErrorCodes.spawnFailed, message, error);
  }
}

/**
 * Whether everything written has left for the kernel. node-pty 1.2 keeps what the kernel does not take in a queue of its own and says
 * nothing of it (CustomWriteStream in its unixTerminal.js); without that queue everything counts as written.
 */
export function isDrained(pty: IPty): boolean {
  const { _writeStream: stream } = pty as unknown as { _writeStream?: { _writeQueue?: unknown[] } };
  const { _writeQueue: queue } = stream ?? {};
  return (queue?.length ?? 0) === 0;
}

/** What the shells of one session see as /tmp. */
export function temporaryFolderOf(runtimeDir: string, session: string): string {
  return join(runtimeDir, `tmp-${session}`);
}

/** Gives a home to its account, once and before the first shell: later the learner could put links in the way. */
function takeHome(home: string, account: { uid: number; gid: number }): void {
  if (statSync(home).uid === account.uid) return;
  chmodSync(home, 0o700);
  giveTree(home, account);
}

/** Folder by folder and not with `recursive`, which follows links out of the home on Node 20. */
function giveTree(folder: string, account: { uid: number; gid: number }): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) giveTree(path, account);
    else lchownSync(path, account.uid, account.gid);
  }
  lchownSync(folder, account.uid, account.gid);
}
