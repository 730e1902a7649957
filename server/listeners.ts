import { type RequestListener, type Server, createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { refuseUpgrade } from "../terminal/node/refuse-upgrade.js";
import type { ServeConfig } from "./config.js";
import { followTlsFiles, readTlsFiles } from "./http/tls-files.js";
import { portError } from "./supervisor/preflight.js";
import type { RunningServer } from "./supervisor/running-server.js";

/**
 * Who takes longer to send headers holds a connection for nothing. Who keeps one between requests must be the first to let go of it, or a
 * click that comes at that moment is lost: of what stands before servers, nginx and load balancers keep them for one minute, Caddy for two.
 */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 60_000, keepAliveTimeout: 150_000 };
const LOOPBACK = "127.0.0.1";

export interface Listeners extends Pick<RunningServer, "url" | "localUrl"> {
  /** Takes no more connections, and ends those that are left when `drainMs` are over. */
  close(drainMs: number): void;
}

export interface ListenOptions {
  config: Pick<ServeConfig, "host" | "port" | "tls">;
  application: RequestListener;
  /** Says whether it took the upgrade; one that nobody takes is refused. */
  handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => boolean;
  /** Where the server before this one was reached by this machine, whose shells still know that address. */
  lastLocalUrl: string | undefined;
  log: Logger;
}

/**
 * Listens for browsers, and with TLS on loopback for this machine's command lines and shells as well: a certificate names the host
 * learners type, not this machine. Throws SERVER_PORT_IN_USE, SERVER_TLS_UNUSABLE.
 */
export async function openListeners(options: ListenOptions): Promise<Listeners> {
  const { config, application, log } = options;
  const { host, port, tls } = config;
  if (tls === undefined) {
    const server = withUpgrades(createServer(LIMITS, application), options);
    const url = `http://${displayHost(host)}:${String(await listen(server, host, port))}/`;
    return { url, localUrl: url, close: (drainMs) => close(server, drainMs) };
  }
  const secure = createTlsServer({ ...LIMITS, ...readTlsFiles(tls) }, application);
  const plain = withUpgrades(createServer(LIMITS, application), options);
  const url = `https://${displayHost(host)}:${String(await listen(withUpgrades(secure, options), host, port))}/`;
  const localUrl = `http://localhost:${String(await listenLocally(plain, options.lastLocalUrl))}/`;
  const stop = followTlsFiles(secure, tls, log);
  return {
    url,
    localUrl,
    close: (drainMs) => {
      stop();
      for (const server of [secure, plain]) close(server, drainMs);
    },
  };
}

function withUpgrades<T extends Pick<Server, "on">>(server: T, { handleUpgrade }: ListenOptions): T {
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!handleUpgrade(request, socket, head)) refuseUpgrade(socket, 404);
  });
  return server;
}

type Listening = Pick<Server, "listen" | "once" | "off" | "address">;

async function listen(server: Listening, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => reject(portError(host, port, error));
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** On the port of the server before, where nobody else has taken it since. */
async function listenLocally(server: Listening, lastUrl: string | undefined): Promise<number> {
  const last = Number(lastUrl === undefined ? 0 : new URL(lastUrl).port);
  return listen(server, LOOPBACK, last).catch(() => listen(server, LOOPBACK, 0));
}

function close(server: Pick<Server, "close" | "closeAllConnections">, drainMs: number): void {
  server.close();
  setTimeout(() => server.closeAllConnections(), drainMs);
}

/** The address a person can type. */
function displayHost(host: string): string {
  if (host === "0.0.0.0" || host === LOOPBACK || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}
