import { join } from "node:path";
import { builtFile } from "../config.js";
import type { Environment, ServeConfig } from "../config.js";
import { loadInstructorToken } from "../auth/instructor-token.js";
import { startBackends } from "./backends.js";
import type { Backends } from "./backends.js";
import { lockDataDir, readRunningServer } from "./data-dir.js";
import type { LockedDataDir } from "./data-dir.js";
import { checkPort } from "./preflight.js";
import { supervise } from "./supervised-process.js";
import type { SupervisedProcess } from "./supervised-process.js";

export interface ServeEvents {
  signal: AbortSignal;
  /** One line for the person at the terminal. */
  report(line: string): void;
}

/**
 * Starts cluster, terminal host and server as processes of their own and keeps them running; resolves when the page can be
 * opened. Throws the refusals of `lockDataDir`, `preflight` and `supervise`, with everything it had started ended.
 */
export async function serve(
  config: ServeConfig,
  environment: Environment,
  events: ServeEvents,
): Promise<{ stop(): Promise<void> }> {
  const dataDir = lockDataDir(config.data);
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    // The server first, so that it can still tell the cluster and the host what it has to.
    for (const part of started.toReversed()) await part.stop();
    dataDir.release();
  };
  try {
    if (config.port !== 0) await checkPort(config.host, config.port);
    const backends = await startBackends({ config, environment, paths: dataDir.paths }, events);
    started.push(backends);
    events.signal.throwIfAborted();
    const server = await startServer(config, environment, { dataDir, backends, events });
    started.push(server);
    announce(config, dataDir, events);
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  dataDir: LockedDataDir;
  backends: Backends;
  events: ServeEvents;
}

async function startServer(
  config: ServeConfig,
  environment: Environment,
  parts: Parts,
): Promise<SupervisedProcess> {
  const { dataDir, backends, events } = parts;
  const spec = {
    name: "server",
    entry: builtFile("server/main.js"),
    args: () => {
      const port = config.port === 0 ? listeningPort(config.data) : config.port;
      const assignment = {
        config: { ...config, port },
        kubeconfig: backends.kubeconfig,
        terminalSocket: backends.terminalSocket,
        kubectl: backends.kubectl,
        embedded: config.kubeconfig === undefined,
      };
      return [JSON.stringify(assignment)];
    },
    env: environment.childEnvironment,
    logFile: join(dataDir.paths.logs, "server.log"),
    probe: (pid: number) => hasWrittenItsAddress(config.data, pid),
  };
  return supervise(spec, events);
}

/** A restarted server takes the port of the one before it: pages that are open keep calling there. */
function listeningPort(data: string): number {
  try {
    return Number(new URL(readRunningServer(data).url).port);
  } catch {
    return 0;
  }
}

async function hasWrittenItsAddress(data: string, pid: number): Promise<void> {
  if (readRunningServer(data).pid !== pid) throw new Error("the server has not said where it listens");
}

function announce(config: ServeConfig, dataDir: LockedDataDir, events: ServeEvents): void {
  const { url } = readRunningServer(dataDir.path);
  events.report("");
  events.report(`Lectern is ready: ${config.publicUrl ?? url}`);
  events.report(
    `Instructor:       ${new URL("instructor", config.publicUrl ?? url).href}  token ${loadInstructorToken(dataDir.paths.instructorToken)}`,
  );
  events.report(`Data and logs:    ${dataDir.path}  (end with Ctrl-C)`);
}
