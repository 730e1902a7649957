import { Agent, type ClientRequestArgs } from "node:http";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { LabIngress } from "../../workshop/common/ingress.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** Connects to what answers for an ingress of a session. */
export type DialIngress = (session: string, ingress: LabIngress) => Promise<Duplex>;

/** A browser opens six to one host; every one of ours is three processes of the session. */
const REQUESTS_AT_ONCE = 12;
/** Kept open for the next request; a page of many files comes in seconds. */
const IDLE_CONNECTIONS = 4;
/** Of one session, sockets of its pages among them. */
const MAX_CONNECTIONS = 32;
/** Most that wait for one of the connections. */
const MAX_WAITING = 64;
/** 20 s for one to connect: a port on the same machine takes milliseconds, one in a cluster some more. */
const DIAL_MS = 20_000;
/** Nobody asks for anything any more; each open connection is a program of the session. */
const KEPT_OPEN_MS = 15_000;

/** The connections to the applications of every session, bounded for each. */
export class IngressConnections {
  readonly #dial: DialIngress;
  readonly #sessions = new Map<string, SessionConnections>();

  constructor(dial: DialIngress) {
    this.#dial = dial;
  }

  /** Of one session; ends with `close`. */
  of(session: string): SessionConnections {
    const known = this.#sessions.get(session) ?? new SessionConnections(session, this.#dial);
    this.#sessions.set(session, known);
    return known;
  }

  /** Ends all connections of the session. */
  close(session: string): void {
    this.#sessions.get(session)?.close();
    this.#sessions.delete(session);
  }

  closeAll(): void {
    for (const session of this.#sessions.keys()) this.close(session);
  }
}

export class SessionConnections {
  readonly #session: string;
  readonly #dial: DialIngress;
  readonly #agents = new Map<string, IngressAgent>();
  readonly #open = new Set<Duplex>();
  #dialling = 0;
  #requests = 0;

  constructor(session: string, dial: DialIngress) {
    this.#session = session;
    this.#dial = dial;
  }

  /** Connections for requests, kept open between them. */
  agentFor(ingress: LabIngress): Agent {
    const key = JSON.stringify(ingress);
    const agent = this.#agents.get(key) ?? new IngressAgent(() => this.connect(ingress));
    this.#agents.set(key, agent);
    return agent;
  }

  /** Counts a request until the returned function is called. Throws SERVER_INGRESS_BUSY. */
  enter(): () => void {
    if (this.#requests >= REQUESTS_AT_ONCE + MAX_WAITING)
      throw busy(`${String(this.#requests)} requests wait`);
    this.#requests += 1;
    return () => (this.#requests -= 1);
  }

  /** A connection of its own. Throws SERVER_INGRESS_BUSY, and what dialling throws. */
  async connect(ingress: LabIngress): Promise<Duplex> {
    if (this.#open.size + this.#dialling >= MAX_CONNECTIONS)
      throw busy(`${String(MAX_CONNECTIONS)} connections are open`);
    this.#dialling += 1;
    try {
      const socket = await withinTime(this.#dial(this.#session, ingress));
      this.#open.add(socket);
      socket.once("close", () => this.#open.delete(socket));
      return ingress.protocol === "https" ? encrypted(socket) : socket;
    } finally {
      this.#dialling -= 1;
    }
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    for (const socket of this.#open) socket.destroy();
  }
}

/** Sends requests over dialled connections. */
class IngressAgent extends Agent {
  readonly #connect: () => Promise<Duplex>;
  readonly #idle = new WeakMap<Duplex, NodeJS.Timeout>();

  constructor(connect: () => Promise<Duplex>) {
    super({ keepAlive: true, maxSockets: REQUESTS_AT_ONCE, maxFreeSockets: IDLE_CONNECTIONS });
    this.#connect = connect;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    void this.#hand(done ?? (() => undefined));
    return undefined;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    this.#idle.set(socket, setTimeout(() => socket.destroy(), KEPT_OPEN_MS).unref());
    // Read on, to see when the other side ends it.
    socket.resume();
    return true;
  }

  override reuseSocket(socket: Duplex): void {
    clearTimeout(this.#idle.get(socket));
  }

  async #hand(done: (error: Error | null, stream: Duplex) => void): Promise<void> {
    let socket: Duplex;
    try {
      socket = await this.#connect();
    } catch (error) {
      return done(error as Error, undefined as unknown as Duplex);
    }
    done(null, socket);
  }
}

/** The certificate says nothing: the connection leads into the session by other means. */
function encrypted(socket: Duplex): Duplex {
  const secure = connectTls({ socket, rejectUnauthorized: false });
  socket.once("close", () => secure.destroy());
  secure.once("close", () => socket.destroy());
  return secure;
}

async function withinTime(dialled: Promise<Duplex>): Promise<Duplex> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("it did not answer in time")), DIAL_MS);
  });
  try {
    return await Promise.race([dialled, late]);
  } catch (error) {
    dialled.then(
      (socket) => socket.destroy(),
      () => undefined,
    );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function busy(why: string): ServerError {
  return new ServerError(
    serverErrorCodes.ingressBusy,
    `The applications of this session have all the connections they may: ${why}. Close a page of them and try again.`,
  );
}
