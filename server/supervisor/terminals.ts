import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ConfinementReport } from "../../terminal/common/confinement-report.js";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import { dialUnixSocket } from "../../terminal/node/dial-host.js";
import { detectConfinement } from "../../terminal/node/confinement.js";
import type { Confinement } from "../../terminal/node/confinement.js";
import { builtFile, logFileOf, productRoot } from "../config.js";
import type { DataPaths, Environment, ServeConfig } from "../config.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { learnerPath, makeToolFolder } from "../learner/tool-folder.js";
import { isExposed, isLoopback } from "./exposure.js";
import { processSocket, removeSocketFolder } from "./process-socket.js";
import { supervise } from "./supervised-process.js";
import type { ProcessEvents } from "./supervised-process.js";
import { createTerminalHostProbe } from "./terminal-host-probe.js";

export interface TerminalOptions {
  environment: Environment;
  paths: DataPaths;
  confinement: Confinement;
  /** Absolute path of the kubectl that learners find. */
  kubectl: string;
  /** The socket of the process that runs pods, whose networks learners reach. */
  containers?: string;
  config: Pick<
    ServeConfig,
    "host" | "publicUrl" | "logTo" | "keepRecordings" | "sessionLimits" | "allowSharedNetwork"
  >;
}

/** The host has answered a probe just before. */
const REPORT_MS = 5_000;

/**
 * Finds out how shells are kept apart here. Throws SERVER_UNCONFINED_SHELLS where strangers could get a shell that sees
 * everything, SERVER_DATA_DIR_UNUSABLE where learners' accounts cannot reach their homes.
 */
export function checkConfinement(
  paths: Pick<DataPaths, "terminal">,
  config: Pick<ServeConfig, "host" | "publicUrl">,
  events: ProcessEvents,
  confinement: Confinement = detectConfinement(),
): Confinement {
  if (confinement.kind === "none") allowUnconfined(config, events);
  if (confinement.kind.startsWith("account"))
    for (const path of [paths.terminal, productRoot]) requireReachable(path);
  return confinement;
}

/**
 * Starts the terminal host and tells how sessions are kept apart. Throws SERVER_SHARED_NETWORK where strangers could reach what others
 * listen to.
 */
export async function startTerminals(
  { environment, paths, confinement, kubectl, containers, config }: TerminalOptions,
  events: ProcessEvents,
): Promise<{ socket: string; stop(): Promise<void> }> {
  const socket = processSocket(paths.terminal, "host.sock");
  const tools = makeToolFolder({ folder: paths.tools, productRoot, node: process.execPath, kubectl });
  const args = [
    "--socket",
    socket,
    "--data",
    paths.terminal,
    "--search-path",
    learnerPath(tools),
    ...tools.readOnlyPaths.flatMap((path) => ["--read-only", path]),
    ...(config.keepRecordings ? ["--keep-recordings", paths.recordings] : []),
    ...(config.sessionLimits ? ["--limits", JSON.stringify(config.sessionLimits)] : []),
    ...(containers === undefined ? [] : ["--pod-networks", containers]),
    ...(confinement.kind === "none" ? ["--allow-unconfined"] : []),
  ];
  const running = await supervise(
    {
      name: "terminal host",
      runsAhead: true,
      entry: builtFile("terminal/node/main.js"),
      args,
      env: environment.childEnvironment,
      ...logFileOf("terminal", paths, config.logTo),
      ownerFile: join(paths.owners, "terminal.json"),
      ...createTerminalHostProbe(dialUnixSocket(socket)),
    },
    events,
  );
  try {
    const report = await askConfinement(socket);
    requireOwnNetwork(report, config);
    for (const line of confinementLines(report)) events.report(line);
    const stop = async (): Promise<void> => {
      await running.stop();
      removeSocketFolder(socket, paths.terminal);
    };
    return { socket, stop };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/**
 * Uses a terminal host that runs by itself and may serve several servers. Throws TERMINAL_HOST_LOST where none answers, and
 * SERVER_SHARED_NETWORK as above.
 */
export async function sharedTerminals(
  socket: string,
  config: Pick<ServeConfig, "host" | "publicUrl" | "allowSharedNetwork">,
): Promise<{ socket: string; stop(): Promise<void> }> {
  requireOwnNetwork(await askConfinement(socket), config);
  return { socket, stop: () => Promise.resolve() };
}

async function askConfinement(socket: string): Promise<ConfinementReport> {
  const host = await connectTerminalHost({
    dial: dialUnixSocket(socket),
    signal: AbortSignal.timeout(REPORT_MS),
  });
  try {
    return await host.confinement();
  } finally {
    await host.disconnect();
  }
}

/** Throws SERVER_SHARED_NETWORK where people on other machines would share this machine's network. */
export function requireOwnNetwork(
  report: ConfinementReport,
  config: Pick<ServeConfig, "host" | "publicUrl" | "allowSharedNetwork">,
): void {
  if (report.hasOwnNetwork || !isExposed(config) || config.allowSharedNetwork === true) return;
  const why = report.measures.find(({ subject }) => subject === "network")?.text ?? "shared";
  throw new ServerError(
    serverErrorCodes.sharedNetwork,
    `${beingReached(config)} would let everybody who gets a shell reach what others listen to on this machine: the network of shells is ${why}. Allow user namespaces, leave --host and --public-url away, or accept it with --allow-shared-network.`,
  );
}

/** The beginning of a sentence on what follows from it. */
function beingReached({ host, publicUrl }: Pick<ServeConfig, "host" | "publicUrl">): string {
  return isLoopback(host) ? `Being reached at ${publicUrl ?? host}` : `Listening on ${host}`;
}

/** How sessions are kept apart, a line for each thing; what does not hold is marked. */
export function confinementLines({ measures }: ConfinementReport): string[] {
  const lines = measures.map(
    ({ subject, holds, text }) => `${holds ? "   " : " ! "}${subject.padEnd(16)}${text}`,
  );
  return ["Each session has:", ...lines];
}

/** As root every learner has an account of its own, which must get to its home and to `tmc`. */
function requireReachable(path: string): void {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0o001;
    if ((mode & 0o001) === 0) {
      throw new ServerError(
        serverErrorCodes.dataDirUnusable,
        `Learners' shells run under accounts of their own, and those may not enter ${folder} on the way to ${path}. Run "chmod o+x ${folder}", or keep the data elsewhere with --data.`,
      );
    }
    if (folder === dirname(folder)) return;
  }
}

function allowUnconfined(config: Pick<ServeConfig, "host" | "publicUrl">, events: ProcessEvents): void {
  if (!isExposed(config)) {
    events.report(
      "Shells are not confined on this machine (install bubblewrap to change that): a learner can do what you can.",
    );
    return;
  }
  throw new ServerError(
    serverErrorCodes.unconfinedShells,
    `${beingReached(config)} would give everybody who reaches it a shell that sees this whole machine: shells cannot be confined here. Install bubblewrap, or leave --host and --public-url away.`,
  );
}
