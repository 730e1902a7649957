import { request as httpRequest } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Duplex } from "node:stream";
import { connect as connectTls } from "node:tls";
import { serviceUnavailable } from "../api/status.js";
import type { Call } from "../http/call.js";
import { pathBehindProxy, requestHeaders, responseHeaders } from "./proxy-headers.js";
import { notDialled, type ProxyTarget, unreachable } from "./proxy-target.js";
import { takeSocket } from "./upgrade.js";

/** Answers what comes below `.../proxy` with what the target answers, a WebSocket included; throws 503 where it gives no answer. */
export async function proxyRequest(call: Call, target: ProxyTarget): Promise<void> {
  const { reply } = call;
  const place = pathBehindProxy(call);
  if (!place.path.startsWith("/") && ["GET", "HEAD"].includes(call.info.method)) {
    reply.response.writeHead(301, { location: `${place.prefix}/${place.path}` }).end();
    return;
  }
  const connection = await dial(target, call);
  if (reply.response.destroyed) return void connection.destroy();
  const leave = (): void => void connection.destroy();
  reply.response.once("close", leave);
  call.signal.addEventListener("abort", leave, { once: true });
  try {
    await exchange(call, { connection, prefix: place.prefix, path: asAbsolute(place.path) });
  } catch (error) {
    if (!reply.response.headersSent && !reply.response.destroyed)
      throw serviceUnavailable(`error trying to reach service: ${textOf(error)}`);
    reply.response.destroy();
  } finally {
    call.signal.removeEventListener("abort", leave);
    connection.destroy();
  }
}

async function dial({ host, isTls, dial: connect }: ProxyTarget, { upgrade }: Call): Promise<Duplex> {
  const connection = await connect().catch((error: unknown) => {
    const text = textOf(error);
    const why = /refused/i.test(text) ? "connect: connection refused" : text;
    throw upgrade === undefined ? unreachable(host, why) : notDialled(host, why);
  });
  // As with a real API server: whoever may use the proxy trusts what answers, and pods have no certificates of an authority.
  const used = isTls ? connectTls({ socket: connection, rejectUnauthorized: false }) : connection;
  used.on("error", () => used.destroy());
  return used;
}

interface Way {
  connection: Duplex;
  /** Path of ours that stands for the target's root. */
  prefix: string;
  path: string;
}

/** Resolves when the answer has been passed on, and what goes on as another protocol has ended. */
function exchange(call: Call, { connection, prefix, path }: Way): Promise<void> {
  const { request, reply, upgrade } = call;
  return new Promise((resolve, reject) => {
    const outgoing = asked(call, connection, path);
    const after = (done: Promise<void>): void => void done.then(resolve, reject);
    outgoing.on("error", reject);
    outgoing.once("response", (answer) => after(passOn(answer, reply.response, prefix)));
    outgoing.once("upgrade", (answer, socket, head) => after(goOn(call, { answer, socket, head })));
    if (upgrade !== undefined) return void outgoing.end();
    // A target may answer before it has read everything, and hang up.
    pipeline(request, outgoing).catch(() => undefined);
  });
}

/** Rejects where the target's status or headers are none that can be passed on; the words of its status are not, as with a real API server. */
async function passOn(answer: IncomingMessage, response: ServerResponse, prefix: string): Promise<void> {
  response.writeHead(answer.statusCode ?? 502, responseHeaders(answer, prefix));
  await pipeline(answer, response);
}

function asked(call: Call, connection: Duplex, path: string): ReturnType<typeof httpRequest> {
  return httpRequest({
    method: call.info.method,
    path,
    headers: requestHeaders(call),
    setHost: false,
    createConnection: () => connection,
  });
}

async function goOn(
  call: Call,
  { answer, socket, head }: { answer: IncomingMessage; socket: Duplex; head: Buffer },
): Promise<void> {
  const client = takeSocket(call);
  const lines = [`HTTP/1.1 ${String(answer.statusCode)} ${answer.statusMessage ?? ""}`];
  for (let at = 0; at < answer.rawHeaders.length; at += 2)
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
  client.socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) client.socket.write(head);
  if (client.head.length > 0) socket.write(client.head);
  const leave = (): void => void client.socket.destroy();
  call.signal.addEventListener("abort", leave, { once: true });
  // However one of the two goes, the other is let go of.
  await Promise.race([pipeline(socket, client.socket), pipeline(client.socket, socket)]).catch(
    () => undefined,
  );
  call.signal.removeEventListener("abort", leave);
  client.socket.destroy();
  socket.destroy();
}

function asAbsolute(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

/** In the words of a real API server where there are any. */
function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text === "socket hang up" ? "EOF" : text;
}
