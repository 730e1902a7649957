import { Agent, request } from "node:https";

const REQUEST_DEADLINE_MS = 90_000;
const JSON_TYPE = "application/json";

/** What a request was answered. */
export interface ApiAnswer {
  status: number;
  body: string;
}

/** A bare HTTPS client of one API server, for what kubectl and client libraries hide. */
export class ApiClient {
  readonly #url: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(options: { url: string; ca: string; token: string }) {
    this.#url = options.url;
    this.#token = options.token;
    this.#agent = new Agent({ ca: options.ca, keepAlive: true });
  }

  /** The answer whatever its status; throws when there is none within 30 s. */
  send(
    method: string,
    path: string,
    options: { accept?: string; body?: unknown; type?: string } = {},
  ): Promise<ApiAnswer> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${this.#token}`,
        accept: options.accept ?? JSON_TYPE,
        ...(options.body === undefined ? {} : { "content-type": options.type ?? JSON_TYPE }),
      };
      const signal = AbortSignal.timeout(REQUEST_DEADLINE_MS);
      const sent = request(
        new URL(path, this.#url),
        { method, headers, agent: this.#agent, signal },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
          );
          response.on("error", reject);
        },
      );
      sent.on("error", reject);
      sent.end(options.body === undefined ? undefined : JSON.stringify(options.body));
    });
  }

  /** True when a GET is answered with 200; false for any other answer and while nobody listens. */
  async succeeds(path: string): Promise<boolean> {
    try {
      return (await this.send("GET", path)).status === 200;
    } catch {
      // Not listening yet: the caller polls against a deadline of its own.
      return false;
    }
  }

  /** The parsed answer of a GET; throws unless it is 200. */
  async get(path: string, accept?: string): Promise<unknown> {
    const answer = await this.send("GET", path, accept === undefined ? {} : { accept });
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body);
  }

  /** Creates an object; throws unless the answer is 201. */
  async create(path: string, object: unknown): Promise<unknown> {
    const answer = await this.send("POST", path, { body: object });
    if (answer.status !== 201) throw new Error(`POST ${path} answered ${answer.status}: ${answer.body}`);
    return JSON.parse(answer.body);
  }

  close(): void {
    this.#agent.destroy();
  }
}
