import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { askContainers } from "../../containers/node/ask-containers.js";
import { missingForContainers } from "../../containers/node/requirements.js";
import { findProgram } from "../../terminal/node/bubblewrap.js";
import { builtFile, logFileOf } from "../config.js";
import type { DataPaths, Environment, ServeConfig } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { processSocket, removeSocketFolder } from "./process-socket.js";
import { supervise } from "./supervised-process.js";
import type { ProcessEvents } from "./supervised-process.js";

export interface ContainersOptions {
  environment: Environment;
  paths: DataPaths;
  logTo: ServeConfig["logTo"];
  /** Whether pods run: where the machine can, where absent. */
  containers?: ServeConfig["containers"];
}

/** What is mounted for pods is nobody else's to see, and goes with the last process that sees it. */
const OWN_MOUNTS = ["--mount", "--propagation", "slave"];

/**
 * The socket of the process that is to run containers, or `undefined` where pods stay simulated, which a line says where nobody chose it.
 * Throws SERVER_CONTAINERS_UNAVAILABLE where they were asked for and cannot be had.
 */
export function containersSocket(
  { paths, containers = "auto" }: Pick<ContainersOptions, "paths" | "containers">,
  events: Pick<ProcessEvents, "report">,
): string | undefined {
  if (containers === "off") return undefined;
  const missing = missingForContainers() ?? unreachable(paths.containers);
  if (missing === undefined) return containersSocketOf(paths);
  const { what, remedy } = missing;
  if (containers === "on") {
    throw new ServerError(
      serverErrorCodes.containersUnavailable,
      `Containers were asked for with --containers on, and this machine lacks ${what} for them: ${remedy}. Without that option pods are simulated.`,
    );
  }
  events.report(`Pods are simulated: to run containers this machine lacks ${what} (${remedy})`);
  return undefined;
}

/** Where the process that runs containers listens, if there is one. */
export function containersSocketOf({ containers }: Pick<DataPaths, "containers">): string {
  return processSocket(containers, "containers.sock");
}

/** Starts the process that runs containers at the socket; resolves when it answers. */
export async function startContainers(
  socket: string,
  { environment, paths, logTo }: ContainersOptions,
  events: ProcessEvents,
): Promise<{ stop(): Promise<void> }> {
  const running = await supervise(
    {
      name: "containers",
      launcher: [findProgram("unshare"), ...OWN_MOUNTS, "--"],
      entry: builtFile("containers/node/main.js"),
      args: ["--socket", socket, "--data", paths.containers],
      env: environment.childEnvironment,
      ...logFileOf("containers", paths, logTo),
      ownerFile: join(paths.owners, "containers.json"),
      probe: (_pid, signal) => askContainers(socket, signal),
      lost: () => "Every container has ended with it; their pods start again.",
    },
    events,
  );
  return {
    stop: async () => {
      await running.stop();
      removeSocketFolder(socket, paths.containers);
    },
  };
}

/** Containers run under accounts of their own, which must get to their files. */
function unreachable(path: string): { what: string; remedy: string } | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0o001;
    if ((mode & 0o001) === 0)
      return { what: `a way for other accounts through ${folder}`, remedy: `chmod o+x ${folder}` };
    if (folder === dirname(folder)) return undefined;
  }
}
