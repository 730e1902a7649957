import type { IncomingMessage } from "node:http";
import { resolve } from "node:path";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { Router } from "express";
import type { RequestHandler } from "express";
import { pino } from "pino";
import type { Logger } from "pino";
import type { StartRule } from "../workshop/common/instructor-api.js";
import type { LecternServer } from "./compose.js";
import {
  allowedLabVariables,
  defaultHost,
  defaultMaxSessions,
  labVariables,
  mountAddress,
  readEnvironment,
  shippedContent,
} from "./config.js";
import type { Environment, ServeConfig } from "./config.js";
import { ServerError, serverErrorCodes } from "./errors.js";
import { startInProcess } from "./in-process.js";

export interface LecternOptions {
  /** Where sessions, homes and keys are kept; the default of `lectern serve` where absent. */
  data?: string;
  /** Labs, folders of labs, or Markdown pages; the shipped ones where absent. */
  labs?: readonly string[];
  /** The cluster to use; an embedded one where absent. */
  kubeconfig?: string;
  /** The whole address learners type, mount path included, where a proxy stands in front. */
  publicUrl?: string;
  /** The address the embedding server listens on; beyond loopback only with confined shells. */
  host?: string;
  /** Names of environment variables that labs may show, besides those of LECTERN_LAB_VARIABLES. */
  labVariables?: readonly string[];
  maxSessions?: number;
  /** Who may start labs; as for `lectern serve` where absent. */
  start?: StartRule;
  logger?: Logger;
}

/** Lectern inside another server: mount `router` under any path and hand it the upgrades. */
export interface Lectern {
  router: Router;
  /** Takes an upgrade for one of Lectern's terminals and says whether it did; the others are the caller's. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Resolves when labs can be started; rejects where Lectern cannot run. Requests wait for it. */
  ready: Promise<void>;
  close(): Promise<void>;
}

const OPEN_TO_ALL =
  'Everybody who reaches this application may start labs and so gets a shell: Lectern was not told its address, and takes it for one that only this machine reaches. Give lectern() the publicUrl that learners type, or start: "link".';

/** Written as a record so that the compiler notices an option that is missing here. */
const KNOWN_OPTIONS: Record<keyof LecternOptions, true> = {
  data: true,
  labs: true,
  kubeconfig: true,
  publicUrl: true,
  host: true,
  labVariables: true,
  maxSessions: true,
  start: true,
  logger: true,
};

/** Starts Lectern as part of an Express application. Throws SERVER_USAGE for an option it does not know. */
export function lectern(options: LecternOptions = {}): Lectern {
  refuseUnknown(options);
  const log = options.logger ?? pino({ level: "warn" });
  const environment = readEnvironment();
  const report = (line: string) => log.info(line);
  const config = configOf(options, environment);
  const starting = startInProcess({ config, environment, log, report });
  let server: LecternServer | undefined;
  let closing: Promise<void> | undefined;
  const ready = starting.then((running): void => {
    server = running.server;
    if (running.start === "open" && config.publicUrl === undefined) log.warn(OPEN_TO_ALL);
    return undefined;
  });
  // Whoever awaits `ready` gets the error; nobody has to.
  ready.catch(() => undefined);
  const router = Router();
  router.use(whenReady(ready, () => server));
  return {
    router,
    handleUpgrade: (request, socket, head) => server?.handleUpgrade(request, socket, head) ?? false,
    ready,
    close: () => (closing ??= starting.then((running) => running.stop(), ignoreFailedStart)),
  };
}

/** Applications in plain JavaScript have no compiler to tell them. */
function refuseUnknown(options: LecternOptions): void {
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(KNOWN_OPTIONS, name));
  if (unknown.length === 0) return;
  const known = Object.keys(KNOWN_OPTIONS).join(", ");
  const message = `lectern() was given ${unknown.join(", ")}, which it does not know; its options are ${known}.`;
  throw new ServerError(serverErrorCodes.usage, message);
}

function configOf(options: LecternOptions, environment: Environment): ServeConfig {
  return {
    port: 0,
    host: options.host ?? defaultHost,
    data: resolve(options.data ?? environment.data),
    labs: (options.labs ?? [shippedContent]).map((path) => resolve(path)),
    labVariables: labVariables(allowedLabVariables(environment, options.labVariables) ?? []),
    maxSessions: options.maxSessions ?? defaultMaxSessions,
    logLevel: "info",
    logTo: "files",
    keepRecordings: false,
    ...(options.start === undefined ? {} : { start: options.start }),
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: resolve(options.kubeconfig) }),
    ...(options.publicUrl === undefined ? {} : { publicUrl: mountAddress(options.publicUrl) }),
  };
}

/** Shells on this machine reach Lectern where this request came in: only requests tell where an application is mounted. */
function whenReady(ready: Promise<void>, current: () => LecternServer | undefined): RequestHandler {
  return async (request, response, next) => {
    await ready;
    const { localPort, encrypted } = request.socket as Partial<TLSSocket>;
    const server = current();
    if (server === undefined) {
      next();
      return;
    }
    server.listensAt(`${encrypted ? "https" : "http"}://localhost:${String(localPort)}${request.baseUrl}/`);
    server.keepSessionsReady();
    server.router(request, response, next);
  };
}

/** Where the start failed everything is ended already, and `ready` has told why. */
function ignoreFailedStart(): void {
  return undefined;
}
