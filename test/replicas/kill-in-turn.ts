import { until } from "../server/lectern-process.js";
import type { Replica, SeveralServers } from "./three-servers.js";
import type { WorkingLearner } from "./working-learner.js";

/** What an answer and a server that starts again may take on a machine that has other things to do. */
const BACK_MS = 60_000;

/** What one kill meant to learners: how long the slowest of their pages took to be answered just before and just after it. */
export interface Kill {
  undisturbedMs: number;
  backMs: number;
}

/** Kills servers with SIGKILL, one after the other while learners work, each once the last is back. */
export async function killInTurn(
  { replicas }: Pick<SeveralServers, "replicas">,
  learners: readonly WorkingLearner[],
  count: number,
): Promise<Kill[]> {
  const slowest = async (): Promise<number> =>
    Math.max(...(await Promise.all(learners.map((learner) => learner.pageIsBack(BACK_MS)))));
  const kills: Kill[] = [];
  for (let kill = 0; kill < count; kill += 1) {
    const undisturbedMs = await slowest();
    const replica = replicas[kill % replicas.length];
    if (replica === undefined) break;
    const pid = replica.pid();
    process.kill(pid, "SIGKILL");
    kills.push({ undisturbedMs, backMs: await slowest() });
    await isBack(replica, pid);
  }
  return kills;
}

/** The supervisor has started another in the place of the one it had. */
function isBack(replica: Replica, before: number): Promise<true> {
  return until("a killed server is back", BACK_MS, async () => {
    if (replica.pid() === before) return undefined;
    const answer = await fetch(new URL("livez", replica.url)).catch(() => undefined);
    return answer?.ok === true ? true : undefined;
  });
}
