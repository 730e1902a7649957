import { type IncomingHttpHeaders, request } from "node:http";
import { WebSocket } from "ws";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** What is asked, where it is not what the address says. */
export interface Asking {
  host?: string;
  path?: string;
  method?: string;
  cookie?: string;
  body?: Buffer;
  headers?: Record<string, string>;
}

function open(url: URL, { host = url.host, path, method = "GET", cookie, body, headers }: Asking) {
  const { port } = url;
  const sent = {
    host,
    ...(cookie ? { cookie } : {}),
    ...(body ? { "content-length": body.length } : {}),
    ...headers,
  };
  const call = request({
    hostname: "127.0.0.1",
    port,
    path: path ?? url.pathname + url.search,
    method,
    headers: sent,
  });
  call.end(body);
  return call;
}

/** Asks the server for what the address, or `asking` in its place, names: at 127.0.0.1, whatever the host name. */
export function ask(url: URL, asking: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = open(url, asking);
    call.once("error", reject);
    call.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (text += piece));
      response.once("error", reject);
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
  });
}

/** Leaves a request open, answered or not; the returned function ends it. */
export async function openStream(url: URL, asking: Asking): Promise<() => void> {
  const call = open(url, asking);
  call.on("error", () => undefined);
  call.once("response", (response) => response.on("error", () => undefined).resume());
  await new Promise<void>((resolve) => call.once("finish", resolve));
  return () => call.destroy();
}

/** The first server-sent events of a stream. */
export function firstEvents(url: URL, asking: Asking, count: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const call = open(url, asking);
    call.on("error", reject);
    call.once("response", (response) => {
      let text = "";
      response.on("error", () => undefined);
      response.on("data", (piece: Buffer) => {
        text += piece.toString("utf8");
        const events = [...text.matchAll(/data: (\w+)\n\n/g)].map(([, event = ""]) => event);
        if (events.length < count) return;
        resolve(events.slice(0, count));
        call.destroy();
      });
    });
  });
}

/** The cookie an answer sets, as a browser sends it back. */
export function cookieOf({ headers }: Answer): string {
  return (headers["set-cookie"]?.[0] ?? "").split(";", 1)[0] ?? "";
}

function socketTo(url: URL, path: string, headers: Record<string, string>): WebSocket {
  const { port } = url;
  return new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { host: url.host, ...headers } });
}

/** Opens a WebSocket of the application. */
export function openSocket(url: URL, path: string, headers: Record<string, string>): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = socketTo(url, path, headers);
    socket.once("open", () => resolve(socket));
    socket.once("error", reject);
  });
}

/** The status a WebSocket is refused with. */
export function socketStatus(url: URL, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = socketTo(url, path, headers);
    socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.once("open", () => reject(new Error("the socket was let in")));
    socket.once("error", () => undefined);
  });
}

/** What the application says back over a WebSocket. */
export async function said(url: URL, path: string, headers: Record<string, string>): Promise<string> {
  const socket = await openSocket(url, path, headers);
  const answer = new Promise<string>((resolve) => {
    socket.once("message", (message: Buffer) => resolve(message.toString("utf8")));
  });
  socket.send("a word");
  const text = await answer;
  socket.terminate();
  return text;
}
