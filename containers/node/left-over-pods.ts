import { execFile } from "node:child_process";
import { readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import type { AccountRegistry } from "../../terminal/node/account-registry.js";
import { endProcesses } from "../../terminal/node/end-processes.js";

/** Ends what a runtime that was killed has left running, all at once, and gives back its folders and accounts. */
export async function endLeftOverPods(folder: string, accounts: AccountRegistry): Promise<void> {
  const ids = readdirSync(folder);
  const claimed = await Promise.all(ids.map((id) => accounts.claim(id)));
  await endProcesses([], { uids: claimed.map(({ uid }) => uid) });
  for (const id of ids) {
    rmdirSync(join(folder, id));
    accounts.release(id);
  }
}

/** 10 minutes: millions of files are gone by then, and what hangs is a disk that does not answer. */
const REMOVAL_MS = 10 * 60_000;

/** By a program of its own: what a container has made may be deep and many. What stays is told, and is tried again by the next start. */
export function removeFolder(folder: string): void {
  const words = ["-rf", "--", folder];
  execFile("/bin/rm", words, { timeout: REMOVAL_MS, killSignal: "SIGKILL" }, (error, _stdout, stderr) => {
    const why = stderr.trim().split("\n", 1)[0] || error?.message;
    if (error) process.stderr.write(`${folder} could not be removed: ${String(why)}\n`);
  });
}
