import { createReadStream, existsSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { LabSummary, SessionEvent, SessionView } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import type {
  InstructorEvent,
  InstructorRow,
  Order,
  OrderEvent,
  ScreensEvent,
} from "../../workshop/common/instructor-api.js";
import { sampleEventView, sampleEvent } from "./sample-event.js";

const BROWSER_FILES = fileURLToPath(new URL("../../dist/browser", import.meta.url));
const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

export interface ContractState {
  labs: LabSummary[];
  session?: SessionView;
  pages: Record<string, PageView>;
  rows: InstructorRow[];
  /** What the terminals show. */
  screens?: ScreensEvent;
  /** Of orders: which were given, after how many sessions the next one breaks off, and when, and by session why it cannot be carried out. */
  orders: {
    given: Order[];
    breakAfter?: { sessions: number; when: Promise<unknown> };
    problems?: Record<string, string>;
  };
  /** Answers to come: method and path (`POST api/sessions`) to status and body. */
  answers: Map<string, { status: number; body?: unknown }>;
}

export interface ContractServer {
  url: string;
  state: ContractState;
  /** What the browser asked for, as `METHOD path`. */
  requests: string[];
  send(event: SessionEvent | InstructorEvent): void;
  /** Drops every open event stream, as a lost network does. */
  dropStreams(): void;
  close(): Promise<void>;
}

/**
 * Speaks the REST contract from a state the test sets. It is for states that a real server reaches only by luck or after
 * an hour (a failing step of provisioning, the last two minutes); `journey.test.ts` is the test of the real thing.
 */
export async function startContractServer(state: ContractState, base = "/"): Promise<ContractServer> {
  const streams = new Set<ServerResponse>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (!path.startsWith(base)) return void response.writeHead(404).end();
    const local = path.slice(base.length);
    // Of the same origin, with no script that writes to its storage.
    if (local === "blank") return void response.writeHead(200, { "content-type": "text/html" }).end();
    if (local.startsWith("api/")) requests.push(`${request.method} ${local}`);
    response.setHeader("content-security-policy", POLICY);
    if (/\/(events|screens)$/.test(local)) return follow(response, streams, state, local);
    if (local === "api/instructor/orders" && !state.answers.has(`POST ${local}`))
      return void carryOut(request, response, state);
    if (local.startsWith("api/")) return answer(request, response, state, local);
    return sendFile(response, local, base);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${base}`,
    state,
    requests,
    send: (event) => {
      // Also for a stream that is opened later, as a page under load does: its first event is what is then.
      if (event.type === "session") state.session = event.session;
      for (const stream of streams) stream.write(`data: ${JSON.stringify(event)}\n\n`);
    },
    dropStreams: () => streams.forEach((stream) => stream.destroy()),
    close: async () => {
      streams.forEach((stream) => stream.destroy());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function follow(
  response: ServerResponse,
  streams: Set<ServerResponse>,
  state: ContractState,
  path: string,
): void {
  const planned = state.answers.get(`GET ${path}`);
  if (planned) return void response.writeHead(planned.status).end();
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const first = firstEvent(state, path);
  response.write(`data: ${JSON.stringify(first)}\n\n`);
  streams.add(response);
  response.once("close", () => streams.delete(response));
}

function firstEvent(state: ContractState, path: string): unknown {
  if (path.endsWith("/screens")) return state.screens ?? { type: "screens", screens: [], gone: [] };
  return path.startsWith("api/instructor")
    ? { type: "sessions", rows: state.rows }
    : { type: "session", session: state.session };
}

/** Says of each session that it was reached. */
async function carryOut(
  request: IncomingMessage,
  response: ServerResponse,
  { orders }: ContractState,
): Promise<void> {
  const order = (await json(request)) as Order;
  orders.given.push(order);
  const ids = "sessions" in order.to ? order.to.sessions : [];
  const { breakAfter } = orders;
  delete orders.breakAfter;
  response.writeHead(200, { "content-type": "text/event-stream" });
  const tell = (event: OrderEvent): Promise<void> =>
    new Promise((resolve) => response.write(`data: ${JSON.stringify(event)}\n\n`, () => resolve()));
  await tell({ type: "begun", sessions: ids.length });
  for (const id of ids.slice(0, breakAfter?.sessions)) {
    const problem = orders.problems?.[id];
    await tell({ type: "outcome", outcome: { id, ...(problem !== undefined && { problem }) } });
  }
  if (breakAfter !== undefined) return breakAfter.when.then(() => void response.destroy());
  await tell({ type: "done" });
  response.end();
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: ContractState,
  path: string,
): void {
  const planned = state.answers.get(`${request.method} ${path}`);
  const { status, body } = planned ?? usual(request.method ?? "GET", path, state);
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function usual(method: string, path: string, state: ContractState): { status: number; body?: unknown } {
  const page = /pages\/([^/]+)$/.exec(path)?.[1];
  const run = /pages\/([^/]+)\/steps\/(\d+)\/run$/.exec(path);
  if (run)
    return {
      status: 202,
      body: { page: run[1], step: run[2], number: Number(run[2]), state: "running", checks: [] },
    };
  const lists: Record<string, unknown> = {
    "api/labs": state.labs,
    "api/account": { account: { name: "Wren", role: "instructor" } },
    "api/instructor/sessions": state.rows,
    "api/instructor/labs": [],
    "api/instructor/workshop-events": [sampleEvent],
    "api/events/k8s-day": sampleEventView,
    "api/instructor/pools": [],
    "api/instructor/start-link": { link: "http://localhost/#start=x", start: "open" },
    "api/instructor/confinement": { measures: [] },
  };
  if (method === "GET" && lists[path] !== undefined) return { status: 200, body: lists[path] };
  // The policy API is not this contract's; the console says that it is missing.
  if (path.includes("/tmc/")) return found(undefined);
  if (page !== undefined) return found(state.pages[decodeURIComponent(page)]);
  if (method === "POST" && path === "api/sessions") return { status: 202, body: state.session };
  if (/^api\/sessions\/[^/]+(\/extend)?$/.test(path) && method !== "DELETE") return found(state.session);
  return { status: 204 };
}

function found(body: unknown): { status: number; body?: unknown } {
  if (body !== undefined) return { status: 200, body };
  const error = { code: "SESSION_NOT_FOUND", message: "There is no such session; it may have ended." };
  return { status: 404, body: { error } };
}

function sendFile(response: ServerResponse, local: string, base: string): void {
  const file = join(BROWSER_FILES, local);
  const type = TYPES[extname(file)];
  if (type && existsSync(file)) {
    response.writeHead(200, { "content-type": type });
    createReadStream(file).pipe(response);
    return;
  }
  const page = readFileSync(join(BROWSER_FILES, "index.html"), "utf8");
  response.writeHead(200, { "content-type": "text/html" });
  response.end(
    page
      .replace(/<base href="[^"]*"/, `<base href="${base}"`)
      .replace(/(name="lectern-base" content=)"[^"]*"/, `$1"${base}"`),
  );
}
