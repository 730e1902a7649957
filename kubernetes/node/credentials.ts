import { spawn } from "node:child_process";
import type { KubeConfig } from "@kubernetes/client-node";
import { DeadlineError, withDeadline } from "./deadline.js";

/**
 * 30 s for a program that a kubeconfig has asked for a token: those of the clouds start an interpreter and ask a server, on a machine that
 * a class is busy on. What needs longer waits for somebody, and nobody is there.
 */
export const CREDENTIALS_MS = 30_000;

/** What the library keeps of who authenticates; it offers no way to choose how a program is started. */
interface Authenticating {
  authenticators?: { execFn?: typeof startBounded }[];
}

/**
 * Has the kubeconfig say who calls, by its files or a program that it names, and resolves when that is done. A program that does not end
 * is ended, as the library waits for it for ever, and starts one more for each call. Throws where there is no answer in time, and the signal's reason.
 */
export async function withCredentials(
  config: KubeConfig,
  apply: () => Promise<unknown>,
  signal?: AbortSignal,
): Promise<void> {
  for (const each of (config as unknown as Authenticating).authenticators ?? [])
    if (each.execFn !== undefined) each.execFn = startBounded;
  try {
    await withDeadline(CREDENTIALS_MS, signal, apply);
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    const { name, exec } = (config.getCurrentUser() ?? {}) as { name?: string; exec?: { command?: string } };
    const who = exec?.command === undefined ? "nothing" : `the program ${exec.command}`;
    throw new Error(
      `${who} gave no credentials for the kubeconfig's user ${name ?? "(none)"} within ${String(CREDENTIALS_MS / 1000)} s`,
      { cause: error },
    );
  }
}

/** With a group of its own, since what it starts may outlive it and hold its output open. */
function startBounded(
  command: string,
  words: readonly string[] | undefined,
  options: { env?: NodeJS.ProcessEnv },
): ReturnType<typeof spawn> {
  const child = spawn(command, words ?? [], { ...options, detached: true });
  // It could ask for a password for ever.
  child.stdin.on("error", () => undefined).end();
  const timer = setTimeout(() => endGroup(child.pid), CREDENTIALS_MS);
  child.once("close", () => clearTimeout(timer));
  return child;
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It has just ended.
  }
}
