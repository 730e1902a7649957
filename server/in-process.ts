import type { Logger } from "pino";
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

/**
 * Starts cluster and terminal host as processes, and the server inside this one. Throws what its parts throw, with everything
 * it had started ended.
 */
export async function startInProcess(
  options: InProcessOptions,
): Promise<{ server: LecternServer; stop(): Promise<void> }> {
  const { config, environment, log } = options;
  const dataDir = lockDataDir(config.data);
  const started: (() => Promise<void>)[] = [];
  const stop = () => endAll([...started.toReversed(), () => dataDir.release()]);
  try {
    const backendOptions = { config, environment, paths: dataDir.paths };
    const machine = await checkMachine(backendOptions, options);
    const backends = await startBackends(backendOptions, machine, options);
    started.push(() => backends.stop());
    const server = await composeServer(
      {
        ...backends,
        config: { ...config, start: startRuleOf(config, machine.confinement) },
        embedded: config.kubeconfig === undefined,
      },
      log,
    );
    started.push(() => server.close());
    return { server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
