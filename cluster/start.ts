import { setMaxListeners } from "node:events";
import { mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { pino } from "pino";
import type { Logger } from "pino";
import { loadClientAuthority } from "./certificates/client-authority.js";
import type { ContainerRuntime } from "./containers/container-runtime.js";
import type { ControlPlane } from "./control-plane.js";
import { startControlPlane } from "./control-plane.js";
import type { ApiHandlerOptions } from "./http/api-handler.js";
import { handleRequest } from "./http/api-handler.js";
import type { Upgrade } from "./http/upgrade-request.js";
import { answerOnUpgrade } from "./http/upgrade-request.js";
import { loadCertificates } from "./process/certificates.js";
import { kubeconfigText } from "./process/kubeconfig.js";
import type { ServingCertificates } from "./process/listen.js";
import { listen, urlOf } from "./process/listen.js";
import { writePrivateFile } from "./process/private-file.js";
import { loadRemembered, saveRemembered } from "./process/remembered.js";
import { openJournal } from "./store/journal.js";
import type { Journal } from "./store/journal.js";

export interface StartClusterOptions {
  /** Holds everything the cluster keeps; made if missing. */
  dataDir: string;
  /** Without one, the port of the last start, or a free one at the first. */
  port?: number;
  /** Closes the cluster when aborted. */
  signal?: AbortSignal;
  logger?: Logger;
  /** Runs the pods whose images it has; without one all pods are simulated. */
  containerRuntime?: ContainerRuntime;
  /** Most bytes that the JSON of all objects may have; without a bound where absent. */
  quotaBytes?: number;
  /** Calls no address, for whoever administers it must not reach by it what this machine reaches: webhooks that have one are not asked. */
  isIsolated?: boolean;
  /** Whether pods reach those of every namespace, for the cluster is one person's; otherwise only those of their own. */
  hasOneNetwork?: boolean;
  /** Names of the nodes on which pods are simulated, the control plane first; one that says what it is where absent. */
  nodes?: readonly string[];
}

export interface Cluster {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  /** Credentials of the administrator, mode 0600. */
  kubeconfigPath: string;
  close(): Promise<void>;
}

/** Starts the embedded Kubernetes; throws `ClusterError` where the data directory or the port is in use. */
export async function startCluster(options: StartClusterOptions): Promise<Cluster> {
  options.signal?.throwIfAborted();
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const journal = await openJournal(options.dataDir);
  try {
    return await startOn(journal, options);
  } catch (error) {
    await journal.close();
    throw error;
  }
}

async function startOn(journal: Journal, options: StartClusterOptions): Promise<Cluster> {
  const { dataDir, logger = pino({ level: "silent" }) } = options;
  const closing = new AbortController();
  // Every open watch listens; Node would take more than ten for a leak.
  setMaxListeners(0, closing.signal);
  const remembered = loadRemembered(dataDir);
  const certificates = loadCertificates(dataDir, new Date());
  const clientAuthority = loadClientAuthority(dataDir, () => new Date());
  const { adminToken } = remembered;
  const plane = await startControlPlane({
    dataDir,
    journal,
    adminToken,
    ca: certificates.ca,
    clientAuthority,
    logger,
    signal: closing.signal,
    containerRuntime: options.containerRuntime,
    isIsolated: options.isIsolated,
    hasOneNetwork: options.hasOneNetwork,
    nodes: options.nodes,
    quotaBytes: options.quotaBytes,
  });
  const serving = { ...certificates, clientAuthority: clientAuthority.certificate };
  let server: Server | undefined;
  try {
    const port = options.port ?? remembered.port ?? 0;
    server = await startListener({ plane, certificates: serving, port, logger, signal: closing.signal });
    const { url, port: actualPort } = urlOf(server);
    saveRemembered(dataDir, { adminToken, port: actualPort });
    const kubeconfigPath = join(dataDir, "kubeconfig");
    writePrivateFile(kubeconfigPath, kubeconfigText({ url, ca: certificates.ca, token: adminToken }));
    const close = closer(server, plane, closing);
    options.signal?.addEventListener("abort", () => void close(), { once: true });
    return { url, kubeconfigPath, close };
  } catch (error) {
    await closer(server, plane, closing)();
    throw error;
  }
}

interface Listener {
  plane: ControlPlane;
  certificates: ServingCertificates;
  port: number;
  logger: Logger;
  signal: AbortSignal;
}

async function startListener({ plane, certificates, port, logger, signal }: Listener): Promise<Server> {
  const { core, access, handlers } = plane;
  const options: ApiHandlerOptions = {
    core,
    handlers,
    authenticator: access.authenticator,
    authorizer: access.authorizer,
    issuer: access.issuer,
    impersonate: (user, headers) => access.impersonate(user, headers),
    log: logger,
    signal,
  };
  const answer = (request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade): void => {
    handleRequest(options, request, response, upgrade).catch((error: unknown) => {
      logger.error({ err: error, url: request.url }, "the answer to a request could not be sent");
      response.destroy();
    });
  };
  const server = await listen(certificates, port, answer);
  // Only what runs in containers is reached by other protocols than HTTP.
  if (handlers.podStreams !== undefined) {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const { response, upgrade } = answerOnUpgrade(request, socket, head);
      answer(request, response, upgrade);
    });
  }
  return server;
}

/** Closes once, however often it is asked to. */
function closer(
  server: Server | undefined,
  plane: ControlPlane,
  closing: AbortController,
): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing.abort();
    if (server !== undefined) await closeServer(server);
    await plane.stop();
  };
  return () => (closed ??= close());
}

async function closeServer(server: Server): Promise<void> {
  const serverClosed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await serverClosed;
}
