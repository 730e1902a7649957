import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Request, RequestHandler, Response } from "express";
import type { Logger } from "pino";
import { refuseUpgrade } from "../../terminal/node/refuse-upgrade.js";
import { type LabIngress, ingressHost } from "../../workshop/common/ingress.js";
import type { SessionView } from "../../workshop/common/api.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { problemOf } from "../http/problem.js";
import { type OriginRules, checkHost, checkedRequest, originOf, pageOrigins } from "../http/same-origin.js";
import type { Workshop } from "../workshop/workshop.js";
import type { Forwarding } from "./forwarded-headers.js";
import {
  ENTRY_PATH,
  type IngressRequest,
  ingressBelowPath,
  labelBelow,
  readingsOf,
} from "./ingress-addresses.js";
import { type IngressAdmission, STAY_MS } from "./ingress-admission.js";
import { answerInstead, pageOfFailure } from "./ingress-answers.js";
import type { IngressConnections } from "./ingress-connections.js";
import { admissionCookie } from "./ingress-cookie.js";
import { checkHostOrigin, checkPathOrigin } from "./ingress-origin.js";
import { UpgradeRefused, forward, forwardUpgrade } from "./ingress-proxy.js";
import { isPreflight, preflight } from "./preflight.js";

/** The way from browsers to the applications that run in sessions. */
export interface Ingresses {
  /** Answers what is for an application; everything else goes on. */
  handle: RequestHandler;
  /** Takes an upgrade for an application; false, and nothing touched, where it is for something else. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  closeSession(session: string): void;
  close(): void;
}

export interface IngressParts {
  workshop: Pick<Workshop, "find" | "ingress" | "lookUp" | "refresh">;
  admission: IngressAdmission;
  connections: IngressConnections;
  /** The wildcard domain; applications are below a path where absent. */
  domain: string | undefined;
  origin: OriginRules;
  /** Address of a session's page, without a trailing slash. */
  urlOf: (session: string) => string;
  /** Who asks, as far as proxies in front are believed. */
  log: Logger;
}

/** Names of sessions and of applications have a few hyphens together. */
const MOST_READINGS = 8;

/** An application that was found, and who asks for it. */
interface Found {
  asked: IngressRequest;
  session: Omit<SessionView, "results">;
  ingress: LabIngress;
  forwarding: Forwarding;
}

export function createIngresses(parts: IngressParts): Ingresses {
  return {
    handle: (request, response, next) => {
      const asked = askedOf(parts, request, request.originalUrl);
      if (asked === undefined) return next();
      return serve(parts, asked, request, response);
    },
    handleUpgrade: (request, socket, head) => {
      const asked = askedOf(parts, request, request.url ?? "/");
      if (asked === undefined) return false;
      upgrade(parts, asked, { request, socket, head }).catch((error: unknown) => {
        const status = error instanceof UpgradeRefused ? error.status : problemOf(error).status;
        parts.log.info(
          { err: error, session: asked.session, ingress: asked.ingress },
          "socket to an application refused",
        );
        refuseUpgrade(socket, status);
      });
      return true;
    },
    closeSession: (session) => parts.connections.close(session),
    close: () => parts.connections.closeAll(),
  };
}

/** For which application a request is; one that there is not has no name. */
function askedOf(parts: IngressParts, request: IncomingMessage, url: string): IngressRequest | undefined {
  if (parts.domain === undefined) return ingressBelowPath(url);
  const label = labelBelow(parts.domain, request);
  if (label === undefined || isOwnHost(parts, request)) return undefined;
  const path = url.startsWith("/") ? url : "/";
  const reading = readingsOf(label).find(({ session, ingress }) => parts.workshop.ingress(session, ingress));
  return { session: "", ingress: "", ...reading, path, prefix: "" };
}

/**
 * The same, once this server knows what another may have done a moment ago: made the session, or let the browser in. Of the names that a
 * host can be read as, a few are asked for: nobody knows yet which there are.
 */
async function lookedUp(
  parts: IngressParts,
  first: IngressRequest,
  request: IncomingMessage,
  url: string,
): Promise<IngressRequest> {
  const { workshop, admission } = parts;
  const label = parts.domain === undefined ? undefined : labelBelow(parts.domain, request);
  const names =
    first.session === "" && label !== undefined
      ? readingsOf(label).map(({ session }) => session)
      : [first.session];
  await Promise.all(names.slice(0, MOST_READINGS).map((name) => workshop.lookUp(name)));
  const asked = askedOf(parts, request, url) ?? first;
  const session = workshop.find(asked.session);
  if (session !== undefined && !admission.isAdmitted(asked, session, request))
    await workshop.refresh(session.id);
  return asked;
}

function isOwnHost({ origin }: IngressParts, request: IncomingMessage): boolean {
  try {
    checkHost(checkedRequest(request, origin), origin);
    return true;
  } catch {
    return false;
  }
}

/** Whether and how the request reaches the application. Throws what says why it does not. */
function find(parts: IngressParts, asked: IngressRequest, request: IncomingMessage): Found {
  const checked = checkedRequest(request, parts.origin);
  const isBelowPath = asked.pathToken !== undefined;
  if (isBelowPath) checkHost(checked, parts.origin);
  const session = parts.workshop.find(asked.session);
  const ingress = parts.workshop.ingress(asked.session, asked.ingress);
  if (session === undefined || ingress === undefined)
    throw new ServerError(
      serverErrorCodes.notFound,
      "There is no such application; its session may have ended.",
    );
  const own = originOf(checked, isBelowPath ? parts.origin : {});
  const forwarding: Forwarding = {
    prefix: asked.prefix,
    isBelowPath,
    client: request.socket.remoteAddress ?? "",
    protocol: own.startsWith("https:") ? "https" : "http",
    pages: pageOrigins(checked, parts.origin).join(" "),
    ...(ingress.byRules === true && { rules: { host: ruleHost(parts, asked, request), name: ingress.name } }),
  };
  return { asked, session, ingress, forwarding };
}

/** The host that rules of the session are asked for: as `ingress_domain` makes it in a lab's text. */
function ruleHost(
  { domain }: IngressParts,
  { ingress, session }: IngressRequest,
  { headers }: IncomingMessage,
): string {
  const own = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
  return ingressHost(ingress, session, domain ?? own);
}

/** Throws SERVER_CROSS_SITE, SERVER_UNAUTHORIZED, SERVER_NOT_FOUND. */
function authorise(
  parts: IngressParts,
  { asked, session, forwarding }: Found,
  request: IncomingMessage,
): void {
  if (forwarding.isBelowPath) checkPathOrigin(request);
  else checkHostOrigin(request, (origin) => isOfSession(parts, origin, session.id, forwarding.protocol));
  if (!parts.admission.isAdmitted(asked, session, request))
    throw new ServerError(serverErrorCodes.unauthorized, "This browser was not let into the application.");
  if (session.phase !== "Active")
    throw new ServerError(
      serverErrorCodes.notFound,
      "The session is not active: its applications do not run.",
    );
}

/** Whether the origin is an application's of the session: those of one lab may call each other. */
function isOfSession(parts: IngressParts, origin: string, session: string, protocol: string): boolean {
  if (parts.domain === undefined || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  const label = labelBelow(parts.domain, { headers: { host: url.host } });
  if (label === undefined || url.protocol !== `${protocol}:`) return false;
  return readingsOf(label).some(
    (reading) =>
      reading.session === session && parts.workshop.ingress(session, reading.ingress) !== undefined,
  );
}

async function serve(
  parts: IngressParts,
  first: IngressRequest,
  request: Request,
  response: Response,
): Promise<void> {
  const asked = await lookedUp(parts, first, request, request.originalUrl);
  const isBelowPath = asked.pathToken !== undefined;
  let found: Found | undefined;
  try {
    found = find(parts, asked, request);
    if (isPreflight(request) && isBelowPath) return preflight(request, response);
    if (!isBelowPath && asked.path.startsWith(`${ENTRY_PATH}?`))
      return enter(parts, found, request, response);
    authorise(parts, found, request);
  } catch (error) {
    if (found !== undefined && isToBeLetIn(request, error)) {
      const to = asked.path.startsWith(ENTRY_PATH) ? "/" : asked.path;
      return response.redirect(302, `${parts.urlOf(found.session.id)}/ingress/${found.asked.ingress}${to}`);
    }
    return answerRefusal(request, response, { error, isBelowPath });
  }
  await pass(parts, found, request, response);
}

async function pass(parts: IngressParts, found: Found, request: Request, response: Response): Promise<void> {
  const { asked, session, ingress, forwarding } = found;
  const connections = parts.connections.of(session.id);
  try {
    const leave = connections.enter();
    const way = {
      incoming: request,
      forwarding: { ...forwarding, client: request.ip ?? forwarding.client },
      path: asked.path,
    };
    await forward(way, response, connections.agentFor(ingress)).finally(leave);
  } catch (error) {
    if (response.headersSent || response.destroyed) return void response.destroy();
    const { isBelowPath } = forwarding;
    answerInstead(request, response, { ...pageOfFailure(ingress, error), isBelowPath });
  }
}

async function upgrade(
  parts: IngressParts,
  first: IngressRequest,
  { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
  socket.on("error", () => socket.destroy());
  const asked = await lookedUp(parts, first, request, request.url ?? "/");
  const found = find(parts, asked, request);
  authorise(parts, found, request);
  const connection = await parts.connections.of(found.session.id).connect(found.ingress);
  const way = { incoming: request, forwarding: found.forwarding, path: asked.path };
  try {
    await forwardUpgrade(way, { socket, head }, connection);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

/** Takes an entry for what the browser then holds, and leads on to where it wanted. */
function enter(parts: IngressParts, found: Found, request: Request, response: Response): void {
  const { session, asked, forwarding } = found;
  const query = new URLSearchParams(asked.path.slice(ENTRY_PATH.length));
  const stay = parts.admission.stayFor(session, asked.ingress, query.get("token") ?? "");
  if (stay === undefined)
    throw new ServerError(
      serverErrorCodes.unauthorized,
      "The address was good for a minute, and that is over.",
    );
  const to = query.get("to") ?? "/";
  const host = { secure: forwarding.protocol === "https", host: request.headers.host ?? "" };
  response.writeHead(303, {
    location: /^\/(?![/\\])/.test(to) ? to : "/",
    "set-cookie": admissionCookie(host, stay, STAY_MS),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
  });
  response.end();
}

/** A person who opens an application by its own address is led over the page of Lectern that knows them; that page stands in no frame. */
function isToBeLetIn({ headers, method }: Request, error: unknown): boolean {
  const isRefused = error instanceof ServerError && error.code === serverErrorCodes.unauthorized;
  const dest = headers["sec-fetch-dest"];
  const isPage = dest === undefined ? (headers.accept ?? "").includes("text/html") : dest === "document";
  return isRefused && method === "GET" && isPage;
}

function answerRefusal(
  request: Request,
  response: Response,
  { error, isBelowPath }: { error: unknown; isBelowPath: boolean },
): void {
  const { status, problem } = problemOf(error);
  const { code, message } = problem.error;
  const text = [message, "Open it from the lab's page; if it stands in a tab there, choose “Load again”."];
  const title = status === 404 ? "There is no application here" : "This application is not open to this page";
  answerInstead(request, response, { page: { status, title, text }, code, isBelowPath });
}
