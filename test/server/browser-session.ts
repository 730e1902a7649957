import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { WebSocket } from "ws";
import { decodeOutput } from "../../terminal/common/viewer-frames.js";
import { PAGE_KEY_HEADER } from "../../workshop/common/api.js";
import type { SessionView, StepResult } from "../../workshop/common/api.js";
import type { PageView } from "../../workshop/common/page-view.js";
import { until } from "./lectern-process.js";

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Speaks to a server as one browser does: same origin, the cookies it was given, and the key its pages hold. */
export class BrowserSession {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  pageKey = randomBytes(32).toString("base64url");

  constructor(url: string) {
    this.url = url;
  }

  /** The same browser at another address. */
  at(url: string): BrowserSession {
    const other = new BrowserSession(url);
    other.pageKey = this.pageKey;
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  get origin(): string {
    return new URL(this.url).origin;
  }

  /** A call with the headers of a page of ours; `headers` replaces or, with an empty value, removes some. The path is sent as it is. */
  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const own = { origin: this.origin, ...this.#credentials(), "content-type": "application/json" };
    const sent = Object.fromEntries(
      Object.entries({ ...own, ...headers }).filter(([, value]) => value !== ""),
    );
    const { hostname, port, pathname } = new URL(this.url);
    const answer = await new Promise<Answer>((resolve, reject) => {
      const call = request({ hostname, port, path: pathname + path, method, headers: sent }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      call.once("error", reject);
      call.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
    });
    this.#keepCookies(answer.headers["set-cookie"]);
    return answer;
  }

  /** The JSON of a successful call. */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} was answered with ${String(answer.status)}: ${answer.text}`);
    return (answer.text === "" ? undefined : JSON.parse(answer.text)) as T;
  }

  /** Opens a link as its page does. */
  async open(link: string): Promise<Answer> {
    const { hash, pathname } = new URL(link);
    const token = hash.replace("#access=", "");
    return this.call("POST", `api/sessions/${pathname.split("/").at(-1) ?? ""}/admission`, { token });
  }

  /** Starts the lab and waits until it can be used. */
  async startLab(lab: string): Promise<SessionView> {
    const { id } = await this.json<SessionView>("POST", "api/sessions", { lab });
    return this.whenActive(id);
  }

  /** Waits until the session can be used. */
  async whenActive(id: string, deadlineMs = 180_000): Promise<SessionView> {
    return until(`session ${id} is active`, deadlineMs, async () => {
      const view = await this.json<SessionView>("GET", `api/sessions/${id}`);
      if (view.phase === "Failed") throw new Error(`the session failed: ${view.reason ?? ""}`);
      return view.phase === "Active" ? view : undefined;
    });
  }

  /** Clicks the step of that number, counted from 0, on the page as it is now. */
  async run(session: SessionView, number: number): Promise<void> {
    const page = `api/sessions/${session.id}/pages/${session.currentPage}`;
    const { actions } = await this.json<PageView>("GET", page);
    await this.json<StepResult>("POST", `${page}/steps/${actions[number]?.step ?? ""}/run`);
  }

  /** Waits until the step has ended. */
  async outcome(session: SessionView, number: number, deadlineMs = 30_000): Promise<StepResult> {
    return until(`step ${String(number)} has ended`, deadlineMs, async () => {
      const answer = await this.call("GET", `api/sessions/${session.id}`).catch(() => undefined);
      if (answer?.status !== 200) return undefined;
      const { results } = JSON.parse(answer.text) as SessionView;
      return results.find(
        (result) => result.number === number && !["idle", "queued", "running"].includes(result.state),
      );
    });
  }

  /** Follows a stream of server-sent events until the returned function is called. */
  async events(path: string, listener: (event: unknown) => void): Promise<() => void> {
    const { hostname, port, pathname } = new URL(this.url);
    const call = request({ hostname, port, path: pathname + path, headers: this.#credentials() });
    let text = "";
    await new Promise<void>((resolve, reject) => {
      call.once("error", reject);
      call.once("response", (response) => {
        response.on("error", () => undefined);
        response.on("data", (chunk: Buffer) => {
          const parts = (text + chunk.toString("utf8")).split("\n\n");
          text = parts.pop() ?? "";
          for (const part of parts) listener(JSON.parse(part.replace(/^data: /, "")));
        });
        resolve();
      });
      call.end();
    });
    return () => call.destroy();
  }

  async ticket(session: string, terminal = "1"): Promise<string> {
    return (
      await this.json<{ ticket: string }>("POST", `api/sessions/${session}/terminals/${terminal}/ticket`)
    ).ticket;
  }

  /** Opens a terminal's socket with whatever headers are given; resolves to it, or to the status it was refused with. */
  socket(session: string, ticket: string, headers: Record<string, string> = {}): Promise<WebSocket | number> {
    const address = new URL(
      `api/sessions/${session}/terminals/1?ticket=${ticket}`,
      this.url.replace(/^http/, "ws"),
    );
    const own = { origin: this.origin, cookie: this.cookieHeader() };
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(address, { headers: { ...own, ...headers } });
      socket.once("open", () => resolve(socket));
      socket.once("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
      socket.once("error", reject);
    });
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  #credentials(): Record<string, string> {
    return { cookie: this.cookieHeader(), [PAGE_KEY_HEADER]: this.pageKey };
  }

  #keepCookies(header: string | string[] | undefined): void {
    for (const cookie of [header ?? []].flat()) {
      const [pair = ""] = cookie.split(";", 1);
      const at = pair.indexOf("=");
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}

/** Tells what the terminal behind the socket shows, as it comes. */
export function seeOutput(socket: WebSocket, listener: (text: string) => void): void {
  socket.on("message", (data, isBinary) => {
    const bytes = isBinary ? decodeOutput(data as Buffer)?.bytes : undefined;
    if (bytes) listener(Buffer.from(bytes).toString("utf8"));
  });
}

/** Types into a terminal's socket and waits until its output shows the text. */
export async function typeAndSee(
  socket: WebSocket,
  typed: string,
  expected: RegExp,
  timeoutMs = 30_000,
): Promise<string> {
  let seen = "";
  seeOutput(socket, (text) => (seen += text));
  socket.send(JSON.stringify({ type: "hello", columns: 80, rows: 24 }));
  socket.send(JSON.stringify({ type: "input", data: typed }));
  return until(
    () => `the terminal shows ${String(expected)}; it shows ${JSON.stringify(seen)}`,
    timeoutMs,
    () => (expected.test(seen) ? seen : undefined),
  );
}

/** The instructor's token of a data directory. */
export function instructorToken(data: string): string {
  return readFileSync(join(data, "instructor-token"), "utf8").trim();
}

/** The process id of the server behind a data directory. */
export function serverPid(data: string): number {
  return (JSON.parse(readFileSync(join(data, "server.json"), "utf8")) as { pid: number }).pid;
}
