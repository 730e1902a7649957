import type { Logger } from "pino";
import type { StartRule } from "../workshop/common/instructor-api.js";
import { unlessAborted } from "../kubernetes/node/deadline.js";
import { composeServer } from "./compose.js";
import type { LecternServer } from "./compose.js";
import type { Environment, ServeConfig } from "./config.js";
import { checkMachine, startBackends } from "./supervisor/backends.js";
import { lockDataDir } from "./supervisor/data-dir.js";
import { endAll } from "./supervisor/end-all.js";
import { startRuleOf } from "./supervisor/exposure.js";
import type { ProcessEvents } from "./supervisor/supervised-process.js";

export interface InProcessOptions extends ProcessEvents {
  config: ServeConfig;
  environment: Environment;
  log: Logger;
}

export interface InProcessServer {
  server: LecternServer;
  /** Who may start labs. */
  start: StartRule;
  stop(): Promise<void>;
}

/**
 * Starts cluster and terminal host as processes, and the server inside this one. Throws what its parts throw, and the signal's reason as
 * soon as that fires, with the processes it had started ended.
 */
export async function startInProcess(options: InProcessOptions): Promise<InProcessServer> {
  const { config, environment, log, signal } = options;
  const dataDir = lockDataDir(config.data);
  const started: (() => Promise<void>)[] = [];
  const stop = () => endAll([...started.toReversed(), () => dataDir.release()]);
  try {
    const backendOptions = { config, environment, paths: dataDir.paths };
    const machine = await unlessAborted(checkMachine(backendOptions, options), signal);
    const backends = await startBackends(backendOptions, machine, options);
    started.push(() => backends.stop());
    const start = startRuleOf(config, machine.confinement);
    const assignment = {
      ...backends,
      config: { ...config, start },
      embedded: config.kubeconfig === undefined,
    };
    const server = await unlessAborted(composeServer(assignment, log), signal);
    started.push(() => server.close());
    return { server, start, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
