import express from "express";
import { composeServer } from "./compose.js";
import type { ServerAssignment } from "./foundation.js";
import { dataPaths } from "./config.js";
import { openListeners } from "./listeners.js";
import { createLog } from "./log.js";
import { readRunningServer, writeRunningServer } from "./supervisor/running-server.js";

/** Answers under way get this long when the server is asked to end. */
const DRAIN_MS = 300;

/** The server process. Ends with 0 after SIGTERM; where it cannot start it says why on standard error and ends with 1. */
async function main(): Promise<void> {
  const assignment = await receiveAssignment();
  const { config } = assignment;
  const log = createLog(config.logLevel);
  const lectern = await composeServer(assignment, log);
  const application = express().disable("x-powered-by").use(lectern.router);
  if (config.trustProxy !== undefined) application.set("trust proxy", config.trustProxy);
  const listeners = await openListeners({
    config,
    application,
    handleUpgrade: (request, socket, head) => lectern.handleUpgrade(request, socket, head),
    lastLocalUrl: lastLocalUrl(config.data),
    log,
  });
  const { url, localUrl } = listeners;
  lectern.listensAt(url, localUrl);
  lectern.keepSessionsReady();
  const { instructorTokenFile } = config;
  writeRunningServer(dataPaths(config.data), {
    url,
    localUrl,
    pid: process.pid,
    ...(instructorTokenFile === undefined ? {} : { instructorTokenFile }),
  });
  log.info({ url }, "listening");
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    listeners.close(DRAIN_MS);
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

function lastLocalUrl(data: string): string | undefined {
  try {
    return readRunningServer(data).localUrl;
  } catch {
    return undefined;
  }
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
