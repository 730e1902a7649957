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

/** By a program of its own: what a container has made may be deep and many. */
export function removeFolder(folder: string): void {
  execFile("/bin/rm", ["-rf", "--", folder], () => undefined);
}
