import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { composeServer } from "./compose.js";
import type { ServerAssignment } from "./compose.js";
import { dataPaths } from "./config.js";
import { createLog } from "./log.js";
import { writeRunningServer } from "./supervisor/running-server.js";
import { portError } from "./supervisor/preflight.js";

/** A client that takes longer to send its headers holds a connection for nothing. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Answers under way get this long when the server is asked to end. */
const DRAIN_MS = 300;

/** The server process. Ends with 0 after SIGTERM; where it cannot start it says why on standard error and ends with 1. */
async function main(): Promise<void> {
  const assignment = await receiveAssignment();
  const { config } = assignment;
  const log = createLog(config.logLevel);
  const lectern = await composeServer(assignment, log);
  const application = express().disable("x-powered-by").use(lectern.router);
  if (config.publicUrl !== undefined) application.set("trust proxy", "loopback");
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    application,
  );
  server.on("upgrade", (request, socket, head) => {
    if (!lectern.handleUpgrade(request, socket, head))
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
  });
  const port = await listen(server, config.host, config.port);
  const url = `http://${displayHost(config.host)}:${String(port)}/`;
  lectern.listensAt(url);
  writeRunningServer(dataPaths(config.data), { url, pid: process.pid });
  log.info({ url }, "listening");
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    server.close();
    setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    void lectern
      .close()
      .then(
        () => log.info("closed"),
        (error: unknown) => log.error({ err: error }, "closing failed"),
      )
      .finally(() => process.exit(0));
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

/** The supervisor starts this process early, to have it loaded, and says what to do once the cluster answers. */
function receiveAssignment(): Promise<ServerAssignment> {
  return new Promise((resolve) => {
    process.channel?.ref();
    process.once("message", (message) => {
      process.channel?.unref();
      resolve(message as ServerAssignment);
    });
  });
}

async function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(portError(host, port, error)));
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** The address a person can type. */
function displayHost(host: string): string {
  if (host === "0.0.0.0" || host === "127.0.0.1" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

main().catch((error: unknown) => {
  const { code, message, stack } = error as { code?: string; message?: string; stack?: string };
  const isExpected = /^[A-Z]+_[A-Z_]+$/.test(code ?? "") && !/^E[A-Z]+$/.test(code ?? "");
  process.stderr.write(
    `error: ${isExpected ? `${message ?? ""} [${code ?? ""}]` : (stack ?? String(error))}\n`,
  );
  process.exitCode = 1;
  process.exit();
});
