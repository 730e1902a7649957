import { readFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { pino } from "pino";
import type { ContainerRuntime } from "./containers/container-runtime.js";
import { ClusterError } from "./errors.js";
import { Failures } from "./failures.js";
import { keepHeapSmall } from "./process/heap.js";
import { startCluster } from "./start.js";

/** Milliseconds the cluster may take to close before the process ends all the same; everything is journalled anyway. */
const CLOSE_DEADLINE_MS = 1000;

interface Flags {
  data: string;
  port?: number;
  quotaBackendBytes?: number;
  isolated: boolean;
  oneNetwork: boolean;
  node?: string[];
  logLevel: string;
  containers?: string;
  podsOf?: string;
  images?: string;
}

/** What makes the pods of this cluster others than those of the platform's. */
export interface ClusterPods {
  /** Names it among those that share what runs containers; the platform's has no name. */
  cluster?: string | undefined;
  /** Images that all its pods have besides those that everybody has, in words of what runs containers. */
  images?: string | undefined;
}

/** Makes what runs containers from the value of `--containers`; `report` gets one line for the log. */
export type ConnectRuntime = (
  place: string,
  of: ClusterPods,
  report: (line: string) => void,
) => ContainerRuntime;

/**
 * Runs the embedded Kubernetes as this process's arguments say, until it is told to stop. It can run containers where whoever starts it
 * knows how to reach what runs them.
 */
export async function runCluster(connect?: ConnectRuntime): Promise<void> {
  const haveStarted = keepHeapSmall();
  const { data, port, isolated, oneNetwork, node, logLevel, containers, podsOf, images, quotaBackendBytes } =
    readFlags(connect !== undefined);
  // A log that cannot be written must not end the cluster.
  process.stderr.on("error", () => undefined);
  const logger = pino({ level: logLevel, base: { process: "cluster" } }, process.stderr);

  // Whatever a controller or a plugin left to itself: the objects are whole, for each write is one step.
  const failures = new Failures(logger);
  process.on("unhandledRejection", (error) => failures.report("work that nobody waited for", error));

  try {
    const containerRuntime =
      containers === undefined
        ? undefined
        : connect?.(containers, { cluster: podsOf, images: textOf(images) }, (line) => logger.warn(line));
    const cluster = await startCluster({
      dataDir: data,
      logger,
      isIsolated: isolated,
      hasOneNetwork: oneNetwork,
      ...(node !== undefined && { nodes: node }),
      ...(port !== undefined && { port }),
      ...(quotaBackendBytes !== undefined && { quotaBytes: quotaBackendBytes }),
      ...(containerRuntime && { containerRuntime }),
    });
    haveStarted();
    const { url, kubeconfigPath } = cluster;
    process.stdout.write(
      `${JSON.stringify({ ready: true, url, kubeconfig: kubeconfigPath, pid: process.pid })}\n`,
    );
    logger.info({ url, kubeconfig: kubeconfigPath }, "the embedded cluster is ready");
    const stop = (signal: NodeJS.Signals): void => {
      logger.info({ signal }, "closing the embedded cluster");
      setTimeout(() => process.exit(0), CLOSE_DEADLINE_MS).unref();
      void cluster.close().then(() => process.exit(0));
    };
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
  } catch (error) {
    const code = error instanceof ClusterError ? error.code : undefined;
    logger.fatal({ err: error, code }, (error as Error).message);
    process.exit(1);
  }
}

function readFlags(canRunContainers: boolean): Flags {
  const program = new Command("lectern-cluster")
    .description("Runs the embedded Kubernetes until it is told to stop.")
    .requiredOption("--data <dir>", "directory that holds the cluster's state, made if missing")
    .option("--port <port>", "port on loopback (default: that of the last start, or a free one)", parsePort)
    .option("--quota-backend-bytes <bytes>", "most that all objects may have together", parseBytes)
    .option("--isolated", "call no address: webhooks that have one are not asked", false)
    .option("--one-network", "let pods reach those of every namespace, not only of their own", false)
    .option(
      "--node <name>",
      "name of a node on which pods are simulated, the control plane first; may be repeated (default: one that says what it is)",
      (name: string, before: string[] | undefined) => [...(before ?? []), name],
    )
    .option("--log-level <level>", "trace, debug, info, warn, error or silent", "info");
  if (canRunContainers)
    program
      .option("--containers <socket>", "socket of the process that runs containers (default: none runs)")
      .option("--pods-of <name>", "name of this cluster among those that share that process (default: none)")
      .option(
        "--images <file>",
        "images that its pods have besides those that everybody has (default: none)",
      );
  return program.parse().opts<Flags>();
}

function textOf(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, "utf8");
}

function parseBytes(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError(
    `a number of bytes should be whole and positive, and is ${JSON.stringify(text)}`,
  );
}

function parsePort(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError(`a port should be a number from 0 to 65535, and is ${JSON.stringify(text)}`);
}
