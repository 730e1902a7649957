import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
  request,
} from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Forwarding, requestHeaders, responseHeaders } from "./forwarded-headers.js";

/** 120 s until an application begins to answer: a report may be worked out first. */
const ANSWER_MS = 120_000;
/** 15 min without a byte either way: sockets and streams of events that live say something within one. */
const IDLE_MS = 15 * 60_000;
/** 32 KiB of an application's headers; cookies are the most of it. */
const MAX_HEADER_BYTES = 32 * 1024;

/** One request on its way to an application. */
export interface Forwarded {
  incoming: IncomingMessage;
  forwarding: Forwarding;
  /** Path and query in the application. */
  path: string;
}

/** Sends the request to the application and its answer to the browser, as they come. Throws what connecting throws, before anything was answered. */
export async function forward(asked: Forwarded, response: ServerResponse, agent: Agent): Promise<void> {
  const { incoming, forwarding } = asked;
  const answer = await answerOf(asked, agent);
  const watch = endWhenIdle(incoming.socket, () => answer.destroy());
  answer.on("data", watch.note);
  try {
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      responseHeaders(answer.headers, forwarding, incoming.headers),
    );
    response.flushHeaders();
    await pipeline(answer, response);
  } catch {
    // One of the two sides has left; the other learns it by the end of its connection.
    response.destroy();
  } finally {
    watch.stop();
  }
}

async function answerOf(asked: Forwarded, agent: Agent): Promise<IncomingMessage> {
  for (;;) {
    const sent = start(asked, agent);
    try {
      return await answered(sent, asked.incoming);
    } catch (error) {
      // The application had closed a connection that was kept; what has no body can be asked again.
      if (sent.reusedSocket && !hasBody(asked.incoming) && !asked.incoming.socket.destroyed) continue;
      throw error;
    }
  }
}

function start({ incoming, forwarding, path }: Forwarded, agent: Agent): ClientRequest {
  const { method = "GET", headers } = incoming;
  return request({
    agent,
    method,
    path,
    headers: requestHeaders(headers, forwarding),
    setHost: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
}

function answered(sent: ClientRequest, incoming: IncomingMessage): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const leave = () => sent.destroy(new Error("the browser has left"));
    const timer = setTimeout(() => sent.destroy(new Error("it did not answer in time")), ANSWER_MS);
    const settle = () => {
      clearTimeout(timer);
      incoming.socket.off("close", leave);
    };
    incoming.socket.once("close", leave);
    sent.once("response", (answer) => {
      settle();
      resolve(answer);
    });
    sent.on("error", (error) => {
      settle();
      reject(error);
    });
    if (!hasBody(incoming)) sent.end();
    else pipeline(incoming, sent).catch((error: unknown) => sent.destroy(error as Error));
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** Hands an upgrade to the application and joins the two connections. Throws what the application does before it has answered. */
export async function forwardUpgrade(
  { incoming, forwarding, path }: Forwarded,
  browser: { socket: Duplex; head: Buffer },
  connection: Duplex,
): Promise<void> {
  const headers = {
    ...requestHeaders(incoming.headers, forwarding),
    connection: "Upgrade",
    upgrade: incoming.headers.upgrade ?? "",
  };
  const sent = request({
    createConnection: () => connection,
    method: incoming.method ?? "GET",
    path,
    headers,
    setHost: false,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  const application = await new Promise<{ answer: IncomingMessage; head: Buffer }>((resolve, reject) => {
    const timer = setTimeout(() => sent.destroy(new Error("it did not answer in time")), ANSWER_MS);
    sent.once("close", () => clearTimeout(timer));
    sent.once("upgrade", (answer, _socket, head) => resolve({ answer, head }));
    sent.once("response", (answer) => reject(new UpgradeRefused(answer.statusCode ?? 502)));
    sent.once("error", reject);
    browser.socket.once("close", () => sent.destroy());
    sent.end();
  });
  browser.socket.write(upgradeAnswer(application.answer, forwarding, incoming));
  join(browser, { socket: connection, head: application.head });
}

/** The application answered an upgrade with another status. */
export class UpgradeRefused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the application answered ${String(status)}`);
    this.status = status;
  }
}

function upgradeAnswer(
  answer: IncomingMessage,
  forwarding: Forwarding,
  { headers }: IncomingMessage,
): string {
  const kept = forwarding.isBelowPath ? {} : responseHeaders(answer.headers, forwarding, headers);
  const ofSockets = Object.entries(answer.headers).filter(([name]) => name.startsWith("sec-websocket-"));
  const all = Object.entries({ ...kept, ...Object.fromEntries(ofSockets) });
  const lines = all.flatMap(([name, value]) => [value ?? []].flat().map((one) => `${name}: ${String(one)}`));
  const upgrade = answer.headers.upgrade ?? "websocket";
  const status = `HTTP/1.1 101 ${answer.statusMessage ?? "Switching Protocols"}`;
  return [status, "connection: Upgrade", `upgrade: ${upgrade}`, ...lines, "", ""].join("\r\n");
}

interface Side {
  socket: Duplex;
  /** What had come already. */
  head: Buffer;
}

function join(browser: Side, application: Side): void {
  const end = () => {
    browser.socket.destroy();
    application.socket.destroy();
  };
  const watch = endWhenIdle(browser.socket, end);
  for (const [from, to] of [
    [browser, application],
    [application, browser],
  ] as const) {
    if (from.head.length > 0) to.socket.write(from.head);
    from.socket.on("data", watch.note);
    from.socket.once("error", end);
    from.socket.once("close", end);
    from.socket.pipe(to.socket);
  }
}

/** Ends what nothing was said on for too long. */
function endWhenIdle(socket: Duplex, end: () => void): { note: () => void; stop: () => void } {
  let lastAt = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - lastAt > IDLE_MS) end();
  }, IDLE_MS / 4).unref();
  const stop = () => clearInterval(timer);
  socket.once("close", stop);
  return {
    note: () => {
      lastAt = performance.now();
    },
    stop: () => {
      stop();
      socket.off("close", stop);
    },
  };
}
