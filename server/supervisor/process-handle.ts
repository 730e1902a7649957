import type { ChildProcess } from "node:child_process";

/** A running process, whether we started it or found it. */
export interface ProcessHandle {
  readonly pid: number | undefined;
  isGone(): boolean;
  /** Resolves when it is gone. */
  gone(): Promise<void>;
  /** How it ended, in words. */
  ending(): string;
  send(message: object): void;
  /** To the process alone. */
  signal(name: NodeJS.Signals): void;
  /** Kills it with everything in its process group. */
  kill(): void;
}

/** How often a process that is not our child is looked at; the kernel tells only parents. */
const LOOK_MS = 100;

export function childHandle(child: ChildProcess): ProcessHandle {
  const isGone = () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid,
    isGone,
    gone: () =>
      isGone() ? Promise.resolve() : new Promise((resolve) => child.once("exit", () => resolve())),
    ending: () => child.signalCode ?? `exit status ${String(child.exitCode)}`,
    send: (message) => {
      if (child.connected) child.send(message);
    },
    signal: (name) => void child.kill(name),
    kill: () => killGroup(child.pid),
  };
}

/** A process that somebody else started and that is ours now. */
export function foundHandle(pid: number): ProcessHandle {
  return {
    pid,
    isGone: () => !isAlive(pid),
    gone: () =>
      new Promise((resolve) => {
        const timer = setInterval(() => {
          if (isAlive(pid)) return;
          clearInterval(timer);
          resolve();
        }, LOOK_MS);
      }),
    ending: () => "gone",
    send: () => undefined,
    signal: (name) => {
      try {
        process.kill(pid, name);
      } catch {
        // It ended between the look and the signal.
      }
    },
    kill: () => killGroup(pid),
  };
}

/** Whether there is a process of that number. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended between the check and the signal.
  }
}
