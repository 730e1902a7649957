import {
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as ask,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TLSSocket } from "node:tls";

/** Names an Ingress where the host of a request is that of somebody in front. */
export const INGRESS_NAME_HEADER = "x-lectern-ingress";
/** 60 s until a pod begins to answer, as ingress-nginx waits. */
const ANSWER_MS = 60_000;
/** 15 min without a byte either way: sockets that live say something within one. */
const IDLE_MS = 15 * 60_000;

/** Between two hops only (RFC 9110, 7.6.1). */
const OF_ONE_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Without these the pod would read another request than the one that came. */
const OF_MESSAGE = new Set(["host", "content-length"]);

/** A request and the connection to the pod that is to answer it. */
export interface IngressAsked {
  request: IncomingMessage;
  pod: Socket;
  /** Path and query as the pod is asked. */
  path: string;
}

/** Passes a request to the pod and its answer back, as they come; what the pod does not do is answered with a sentence. */
export async function forwardRequest(
  { request, pod, path }: IngressAsked,
  response: ServerResponse,
): Promise<void> {
  // What is sent may be such that no request can be made of it; the connection must not be left open then.
  response.once("close", () => pod.destroy());
  if (response.destroyed) return void pod.destroy();
  try {
    const sent = ask({
      createConnection: () => pod,
      method: request.method ?? "GET",
      path,
      headers: { ...headersOf(request), connection: "close" },
      setHost: false,
    });
    response.once("close", () => sent.destroy());
    const answered = answerOf(sent);
    pipeline(request, sent).catch(() => undefined);
    const answer = await answered;
    const kept = Object.entries(answer.headersDistinct).filter(([name]) => !OF_ONE_HOP.has(name));
    response.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      Object.fromEntries(kept) as OutgoingHttpHeaders,
    );
    response.flushHeaders();
    await pipeline(answer, response);
  } catch (error) {
    failed(response, error as Error);
  }
}

class TooLate extends Error {}

function answerOf(sent: ReturnType<typeof ask>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const late = () =>
      sent.destroy(new TooLate(`the pod did not answer within ${String(ANSWER_MS / 1000)} s`));
    const timer = setTimeout(late, ANSWER_MS);
    sent.once("response", (answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
    sent.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}

function failed(response: ServerResponse, error: Error): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  response.writeHead(error instanceof TooLate ? 504 : 502, { "content-type": "text/plain; charset=utf-8" });
  response.end(`The pod gave no answer that can be passed on: ${error.message}.\n`);
}

/** Joins an upgrade to the pod: from its first line on, both sides say what they like. */
export function forwardUpgrade({ request, pod, path }: IngressAsked, client: Duplex, head: Buffer): void {
  const end = () => {
    client.destroy();
    pod.destroy();
  };
  for (const socket of [client, pod]) {
    socket.on("error", end);
    socket.once("close", end);
  }
  if (client.destroyed) return end();
  pod.setTimeout(IDLE_MS, end);
  const headers = Object.entries({
    ...headersOf(request),
    connection: "Upgrade",
    upgrade: request.headers.upgrade ?? "",
  });
  const lines = headers.flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `${name}: ${String(one)}`),
  );
  pod.write(`${request.method ?? "GET"} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`, "latin1");
  if (head.length > 0) pod.write(head);
  client.pipe(pod);
  pod.pipe(client);
}

/** What the pod is sent; what was said of the way before stays, for only its owner and the platform in front of it can reach this. */
function headersOf({ headers, socket }: IncomingMessage): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
  const kept = Object.entries(headers).filter(
    ([name]) =>
      !OF_ONE_HOP.has(name) && name !== INGRESS_NAME_HEADER && (!named.has(name) || OF_MESSAGE.has(name)),
  );
  const client = socket.remoteAddress ?? "";
  return {
    "x-real-ip": client,
    "x-forwarded-host": headers.host ?? "",
    "x-forwarded-proto": socket instanceof TLSSocket ? "https" : "http",
    ...Object.fromEntries(kept),
    "x-forwarded-for": [headers["x-forwarded-for"] ?? [], client].flat().join(", "),
    ...(headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" }),
  };
}
