import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { confine, type Confinement } from "./confinement.js";
import { releaseQuietPipes } from "./release-pipes.js";
import type { LocalSession } from "./session-folder.js";

/** How this host confines; the same for every session. */
export interface HostConfinement {
  confinement: Confinement;
  allowUnconfined: boolean;
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
  readonly child: ChildProcessWithoutNullStreams;
  readonly #folder: string;
  readonly #ended: Promise<number | null>;
  #isOver = false;

  /** Starts it in the home, kept apart as the machine allows. Throws what `confine` throws, and what the operating system refuses. */
  constructor(
    session: LocalSession,
    host: HostConfinement,
    { argv, env }: { argv: readonly string[]; env: Readonly<Record<string, string>> },
  ) {
    this.#folder = makeStartFolder(session, randomUUID());
    try {
      const folders = { privateFolder: this.#folder, temporaryFolder: session.temporaryFolder };
      const confined = confine(argv, session, { ...host, ...folders });
      const [file = "", ...args] = confined.argv;
      this.child = spawn(file, args, {
        cwd: session.home,
        env: environmentOf(session, env),
        // A process group of its own, which can be ended as a whole.
        detached: true,
      });
    } catch (error) {
      this.#removeFolder();
      throw error;
    }
    this.#ended = this.#watch();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.child;
    return pid !== undefined && exitCode === null && signalCode === null;
  }

  /** Its status once it has ended and all it said was read; `null` where it was killed. Rejects where it could not be started. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  kill(): void {
    // Once all of it is gone its number may be somebody else's.
    if (this.#isOver || this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // It has ended by itself, which is what was wanted.
    }
  }

  async #watch(): Promise<number | null> {
    const { child } = this;
    child.stdin.on("error", () => undefined);
    try {
      return await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (status) => resolve(status));
        // Whoever still holds its pipes is ended too.
        child.once("exit", () =>
          releaseQuietPipes(child, { unreadMs: UNREAD_MS, onLook: () => this.kill() }),
        );
      });
    } finally {
      this.#isOver = true;
      this.#removeFolder();
    }
  }

  #removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
