import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BoxFolders } from "./bubblewrap.js";
import { confine, type Confinement } from "./confinement.js";
import { ProgramPipes } from "./program-pipes.js";
import { releaseQuietPipes } from "./release-pipes.js";
import type { SystemFiles } from "./sandbox/system-files.js";
import type { LocalSession } from "./session-folder.js";

/** How this host confines; the same for every session. */
export interface HostConfinement {
  confinement: Confinement;
  allowUnconfined: boolean;
  /** What boxes show of /etc; the parts of the system's own where absent. */
  systemFiles?: SystemFiles;
}

/** The folders of one shell or program. */
export function foldersFor(
  session: LocalSession,
  privateFolder: string,
  { systemFiles }: HostConfinement,
): BoxFolders {
  const copy = systemFiles?.current();
  return { privateFolder, temporaryFolder: session.temporaryFolder, ...(copy && { systemFiles: copy }) };
}

/** How long output that is there and that nobody reads is kept once its program has ended. */
const UNREAD_MS = 60_000;

/** What a session's programs and shells find in their environment; the host's own is not handed on. */
export function environmentOf(
  session: LocalSession,
  env: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    LANG: "C.UTF-8",
    USER: "learner",
    PATH: session.searchPath,
    ...env,
    HOME: session.home,
    KUBECONFIG: join(session.home, ".kube", "config"),
  };
}

/** Makes a folder for the start-up files of one shell or program; whoever starts it removes it. */
export function makeStartFolder(session: LocalSession, name: string): string {
  const folder = join(session.startFolder, name);
  mkdirSync(folder);
  chmodSync(folder, session.account ? 0o711 : 0o700);
  return folder;
}

/** A program of a session's learner without a terminal. */
export class ConfinedProgram {
  readonly pipes: ProgramPipes;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<number | null>;
  #isOver = false;

  /** Starts it in the home, kept apart as the machine allows. Throws what `confine` throws, and what the operating system refuses. */
  constructor(
    session: LocalSession,
    host: HostConfinement,
    { argv, env }: { argv: readonly string[]; env: Readonly<Record<string, string>> },
  ) {
    this.pipes = newPipes(session);
    const name = randomUUID();
    this.#folder = join(session.startFolder, name);
    try {
      makeStartFolder(session, name);
      const { confinement, allowUnconfined } = host;
      const folders = foldersFor(session, this.#folder, host);
      const confined = confine(argv, session, { confinement, allowUnconfined, ...folders });
      const [file = "", ...args] = confined.argv;
      this.#child = spawn(file, args, {
        cwd: session.home,
        env: environmentOf(session, env),
        stdio: this.pipes.stdio,
        // A process group of its own, which can be ended as a whole.
        detached: true,
      });
    } catch (error) {
      this.#letGo();
      throw error;
    }
    this.pipes.closeTheirs();
    this.#ended = this.#watch();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.#child;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  /** Its status once it has ended and all it said was read; `null` where it was killed. Rejects where it could not be started. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  kill(): void {
    // Once all of it is gone its number may be somebody else's.
    if (this.#isOver || this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // It has ended by itself, which is what was wanted.
    }
  }

  async #watch(): Promise<number | null> {
    const child = this.#child;
    try {
      const status = new Promise<number | null>((resolve, reject) => {
        child.once("error", (error) => reject(inWords(error)));
        child.once("exit", (code) => {
          // Whoever still holds its pipes is ended too.
          releaseQuietPipes(this.pipes, { unreadMs: UNREAD_MS, onLook: () => this.kill() });
          resolve(code);
        });
      });
      const { stdout, stderr } = this.pipes;
      const closed = [stdout, stderr].map((pipe) => new Promise((resolve) => pipe.once("close", resolve)));
      const exitStatus = await status;
      await Promise.all(closed);
      return exitStatus;
    } finally {
      this.#isOver = true;
      this.#letGo();
    }
  }

  #letGo(): void {
    this.pipes.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function newPipes({ account }: LocalSession): ProgramPipes {
  try {
    return new ProgramPipes(account);
  } catch (error) {
    throw inWords(error);
  }
}

/** What of the operating system's refusals its operator can do something about. */
function inWords(error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "EMFILE" && code !== "ENFILE") return error as Error;
  return new Error(
    "no more open files are allowed for its input and output; end sessions, or start Lectern with a higher limit (ulimit -n)",
    { cause: error },
  );
}
