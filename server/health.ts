import type { SessionHost } from "../terminal/common/session-host.js";
import type { KubernetesClient } from "../kubernetes/node/kubernetes-client.js";
import { diskProblem } from "./disk-watch.js";
import type { DiskWatch } from "./disk-watch.js";
import type { Health } from "./http/routes/operations.js";
import type { MemoryWatch } from "./memory-watch.js";

/** A probe that has to wait longer would be given up by whoever asked. */
const CHECK_TIMEOUT_MS = 2_000;

/** Asks the cluster, the terminal host and the shared database whether they answer, that host whether it could open a shell, and the disk and memory whether they have room. */
export function createHealth({
  client,
  host,
  disk,
  database,
  memory,
}: {
  client: KubernetesClient;
  host: SessionHost;
  disk: DiskWatch;
  /** Asks the database that several servers share; absent where there is one server. */
  database?: (() => Promise<unknown>) | undefined;
  memory: Pick<MemoryWatch, "shortage">;
}): Health {
  const questions: Record<string, () => Promise<unknown>> = {
    cluster: () => client.get("/version", AbortSignal.timeout(CHECK_TIMEOUT_MS)),
    disk: async () => {
      const state = await disk.state();
      if (state.isFull) throw new Error(diskProblem(state));
    },
    memory: async () => {
      const short = memory.shortage();
      if (short !== undefined) throw new Error(`memory is nearly used up: ${short}`);
    },
    "terminal host": async () => {
      const short = await host.shortage();
      if (short !== undefined) throw new Error(`no further shell can be opened: ${short}`);
    },
    ...(database && { database }),
  };
  return {
    check: (excluded) =>
      Promise.all(
        Object.entries(questions)
          .filter(([name]) => !excluded.includes(name))
          .map(([name, ask]) => probe(name, ask)),
      ),
  };
}

async function probe(name: string, ask: () => Promise<unknown>): Promise<{ name: string; problem?: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${String(CHECK_TIMEOUT_MS / 1000)} s`)),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    await Promise.race([ask(), late]);
    return { name };
  } catch (error) {
    return { name, problem: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
