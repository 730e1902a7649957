import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Greeting } from "../common/host-frames.js";
import type { TerminalAddress } from "../common/session-host.js";
import type { DialHostOf } from "./dial-host.js";
import { encodeJsonFrame } from "./frame-stream.js";
import { refuseUpgrade } from "./refuse-upgrade.js";
import type { TerminalAdmission, TicketStore } from "./tickets.js";

/** How often a viewer's right is looked at again. */
const REAUTHORISE_MS = 30_000;
/** Sockets of one session; a learner with three terminals in three tabs and an instructor use a dozen. */
const VIEWERS_PER_SESSION = 40;
const VIEWERS = 4_000;
/** Time the last frames have to reach a page whose terminal is gone. */
const LINGER_MS = 2_000;

/** The part of a pino logger that is used. */
export interface GatewayLogger {
  warn(facts: object, message: string): void;
}

export interface TerminalGatewayOptions {
  /** How the terminal host of a session is reached. */
  dial: DialHostOf;
  tickets: TicketStore;
  logger: GatewayLogger;
  /** Whether a viewer may stay; a refusal closes with 4003. */
  reauthorise?: (admission: TerminalAdmission) => boolean | Promise<boolean>;
  reauthoriseMs?: number;
}

/** What an upgrade is to be held against. */
export interface Claim {
  address: TerminalAddress;
  user: string;
  /** The origin of our own pages as this request reached us, such as `http://localhost:8080`; its Host has been checked. */
  origin: string;
}

export interface TerminalGateway {
  /** Admits an upgrade request with `?ticket=` for a terminal, or refuses it with 401, 403, 429, 502 or 503; resolves when that is done. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, who: Claim): void;
  /** Sockets that are open now, for metrics. */
  viewerCount(session?: string): number;
  /** Looks at once whether those who see a session's terminals by a grant may stay. */
  reauthoriseGrants(session: string): void;
  /** Closes the sockets of a session whose access was withdrawn. */
  closeSession(session: string): void;
  close(): void;
}

interface OpenViewer {
  admission: TerminalAdmission;
  socket: Duplex;
}

/**
 * The way of pages to the terminal host: checks where an upgrade comes from and whose it is, then passes bytes on as they
 * are. The WebSocket itself is spoken by the host, so that nothing is read twice and a page's bytes never wait for ours.
 */
export function createTerminalGateway(options: TerminalGatewayOptions): TerminalGateway {
  const viewers = new Map<string, OpenViewer>();
  const count = (session?: string): number =>
    session === undefined
      ? viewers.size
      : [...viewers.values()].filter(({ admission }) => admission.address.session === session).length;
  const dismiss = (chosen: string[]): void => dismissViewers(options.dial, viewers, chosen);
  const checks = setInterval(
    () => void reauthoriseAll(viewers, options).then(dismiss),
    options.reauthoriseMs ?? REAUTHORISE_MS,
  );
  const admit = async (request: IncomingMessage, socket: Duplex, head: Buffer, who: Claim) => {
    // Nobody else listens yet, and an error without a listener would end the process.
    socket.on("error", () => socket.destroy());
    const verdict = await judge(request, who, options);
    if (typeof verdict === "number") return refuseUpgrade(socket, verdict);
    if (socket.destroyed) return;
    if (count() >= VIEWERS || count(who.address.session) >= VIEWERS_PER_SESSION)
      return refuseUpgrade(socket, 429);
    const viewer = randomUUID();
    viewers.set(viewer, { admission: verdict, socket });
    socket.on("close", () => viewers.delete(viewer));
    const { address, readOnly } = verdict;
    const key = String(request.headers["sec-websocket-key"]);
    await joinHost(socket, head, { type: "view", viewer, address, readOnly, key }, options);
  };
  return {
    handleUpgrade: (request, socket, head, who) => void admit(request, socket, head, who),
    viewerCount: count,
    reauthoriseGrants: (session) => {
      const granted = [...viewers].filter(
        ([, { admission }]) => admission.grant !== undefined && admission.address.session === session,
      );
      if (granted.length > 0) void reauthoriseAll(new Map(granted), options).then(dismiss);
    },
    closeSession: (session) =>
      dismiss(
        [...viewers]
          .filter(([, { admission }]) => admission.address.session === session)
          .map(([viewer]) => viewer),
      ),
    close: () => {
      clearInterval(checks);
      for (const { socket } of viewers.values()) socket.destroy();
    },
  };
}

type ViewGreeting = Extract<Greeting, { type: "view" }>;

/** Joins the page's socket with one to the host; whichever ends, the other does. */
async function joinHost(
  socket: Duplex,
  head: Buffer,
  greeting: ViewGreeting,
  { dial, logger }: TerminalGatewayOptions,
): Promise<void> {
  socket.on("error", () => socket.destroy());
  let host: Socket;
  try {
    host = await dial(greeting.address.session);
  } catch (error) {
    logger.warn({ error }, "the terminal host does not answer");
    return refuseUpgrade(socket, 502);
  }
  if (socket.destroyed) return void host.destroy();
  socket.on("close", () => host.destroy());
  host.on("error", () => undefined);
  host.on("close", () => {
    socket.end();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
  host.write(encodeJsonFrame(greeting));
  host.write(head);
  socket.pipe(host);
  host.pipe(socket);
}

/** The hosts say goodbye to them in the words of their WebSocket; where one does not, their sockets are cut. */
function dismissViewers(dial: DialHostOf, viewers: Map<string, OpenViewer>, chosen: string[]): void {
  const sockets: Duplex[] = [];
  const bySession = new Map<string, string[]>();
  for (const viewer of chosen) {
    const open = viewers.get(viewer);
    if (!open) continue;
    sockets.push(open.socket);
    const { session } = open.admission.address;
    bySession.set(session, [...(bySession.get(session) ?? []), viewer]);
  }
  for (const [session, dismissed] of bySession) void tellHost(dial, session, dismissed);
  if (sockets.length === 0) return;
  setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, LINGER_MS).unref();
}

async function tellHost(dial: DialHostOf, session: string, viewers: string[]): Promise<void> {
  try {
    const host = await dial(session);
    host.on("error", () => undefined).resume();
    host.end(encodeJsonFrame({ type: "dismiss", viewers } satisfies Greeting));
  } catch {
    // A host that cannot be reached shows them nothing, and their sockets are cut.
  }
}

async function judge(
  request: IncomingMessage,
  who: Claim,
  options: TerminalGatewayOptions,
): Promise<TerminalAdmission | 401 | 403 | 503> {
  const { tickets, logger } = options;
  // The port counts: cookies ignore it, attackers on the same machine do not.
  if (request.headers.origin !== who.origin) {
    logger.warn(
      { origin: request.headers.origin, host: request.headers.host },
      "terminal socket from a foreign page refused",
    );
    return 403;
  }
  // The target is whatever a client wrote, so only what follows the question mark is read as a part of an address.
  const [, query = ""] = (request.url ?? "").split("?", 2);
  try {
    const admission = await tickets.redeem(new URLSearchParams(query).get("ticket") ?? "", who);
    if (!admission) {
      logger.warn({ address: who.address }, "terminal socket without a valid ticket refused");
      return 401;
    }
    // A grant may have been taken back since the ticket was given.
    if (admission.grant !== undefined && !(await options.reauthorise?.(admission))) return 401;
    return admission;
  } catch (error) {
    logger.warn({ error, address: who.address }, "a ticket cannot be looked up just now");
    return 503;
  }
}

/** The viewers who may not stay. */
async function reauthoriseAll(
  viewers: Map<string, OpenViewer>,
  { reauthorise, logger }: TerminalGatewayOptions,
): Promise<string[]> {
  const refused: string[] = [];
  if (!reauthorise) return refused;
  for (const [viewer, { admission }] of viewers) {
    try {
      if (!(await reauthorise(admission))) refused.push(viewer);
    } catch (error) {
      // Whether it is still allowed is not known: the next look decides, a flaky cluster must not end every terminal.
      logger.warn({ error, address: admission.address }, "a terminal viewer could not be authorised again");
    }
  }
  return refused;
}
