import { rmSync } from "node:fs";
import { spawn, type IPty } from "node-pty";
import { giveTerminal } from "./give-terminal.js";
import { TerminalError, terminalErrorCodes } from "../common/errors.js";
import type { ShellSpec, TerminalAddress } from "../common/session-host.js";
import { environmentOf, foldersFor, type HostConfinement } from "./confined-program.js";
import { confine } from "./confinement.js";
import type { LocalSession } from "./session-folder.js";
import { integrateShell, type ShellProgram } from "./shell-integration.js";
import { systemWords } from "./system-words.js";

export interface ShellOptions extends HostConfinement {
  address: TerminalAddress;
  session: LocalSession;
  shell: ShellSpec;
}

export interface StartedShell {
  pty: IPty;
  /** Secret of the shell's marks. */
  nonce: string;
  confinement: string;
  program: ShellProgram;
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
  const { session, shell } = options;
  try {
    const integrated = integrateShell(folder, shell.env["SHELL"], session.account);
    const folders = foldersFor(session, folder, options);
    const { confinement: kind, allowUnconfined } = options;
    const confined = confine(integrated.argv, session, { confinement: kind, allowUnconfined, ...folders });
    const [file = "", ...args] = confined.argv;
    const env = { ...environmentOf(session, shell.env), TERM: "xterm-256color", ...integrated.env };
    const { columns: cols, rows } = size;
    const pty = spawn(file, args, {
      name: "xterm-256color",
      cols,
      rows,
      cwd: session.home,
      env,
      encoding: null,
    });
    if (session.account) giveTerminal(pty, session.account);
    return { pty, nonce: integrated.nonce, confinement: confined.confinement, program: integrated.program };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (error instanceof TerminalError) throw error;
    const message = `The shell of ${options.address.session}/${options.address.terminal} did not start: ${systemWords(error)}.`;
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
