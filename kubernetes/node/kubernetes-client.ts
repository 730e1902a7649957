import { Agent, type RequestOptions, request } from "node:https";
import type { IncomingMessage } from "node:http";
import type { KubeConfig } from "@kubernetes/client-node";
import { type ConnectionPool, connectionPoolOf } from "./connection-pool.js";
import { withCredentials } from "./credentials.js";
import { withDeadline } from "./deadline.js";
import { wasStale } from "./stale-connections.js";

/** 10 s for one call: an API server that needs longer is not there for a learner either. */
export const CALL_TIMEOUT_MS = 10_000;
/** 64 MB: no list of one session's namespace comes near it. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** 15 s without a byte, and the machine asks whether the other end is there: a watch of one that is gone ends within half a minute. */
const PROBE_MS = 15_000;

/** An answer of the API server other than success; `status` is the HTTP status, `reason` that of the Status object. */
export class KubernetesError extends Error {
  override readonly name = "KubernetesError";
  readonly status: number;
  readonly reason: string;

  constructor(message: string, status: number, reason: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** No answer of the API server arrived, or not all of it. */
export class ClusterUnreachable extends KubernetesError {
  constructor(server: string, { method, path }: Call, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `The API server at ${server} does not answer (${method} ${path}: ${why}). Check that it runs and that this machine reaches it`,
      0,
      "Unreachable",
    );
    this.cause = cause;
  }
}

export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  body?: unknown;
  signal?: AbortSignal;
}

/**
 * JSON over HTTPS to one cluster, on connections that stay open: the generated client makes a new TLS connection for every call,
 * which is most of the time a session takes to be made.
 */
export class KubernetesClient {
  readonly config: KubeConfig;
  /** Where pods reach the API server, where the platform's learners are in pods: the kubeconfig's address may be this machine's alone. */
  readonly addressInPods: string | undefined;
  readonly #pool: ConnectionPool;
  /** Watches keep their connection for minutes: were they counted with the calls, a class that waits would stop all calls. */
  readonly #watchAgent = new Agent({ keepAlive: true, keepAliveMsecs: PROBE_MS });

  constructor(config: KubeConfig, addressInPods?: string) {
    this.config = config;
    this.addressInPods = addressInPods;
    this.#pool = connectionPoolOf(config);
  }

  /** The parsed body of a successful answer. Throws KubernetesError, ClusterUnreachable, and the reason of the call's signal. */
  async call<Body>(call: Call): Promise<Body> {
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
    const { status, text } = await this.#answered(call, async () => {
      const options = await this.#options(call, { body });
      return withDeadline(CALL_TIMEOUT_MS, call.signal, async (signal) => {
        const response = await exchangeAnew({ ...options, signal }, body);
        return { status: response.statusCode ?? 0, text: await readBody(response) };
      });
    });
    if (status < 300) return JSON.parse(text === "" ? "null" : text) as Body;
    throw errorOf(text, status, call);
  }

  get<Body>(path: string, signal?: AbortSignal): Promise<Body> {
    return this.call<Body>({ method: "GET", path, ...(signal ? { signal } : {}) });
  }

  create<Body>(path: string, body: unknown, signal?: AbortSignal): Promise<Body> {
    return this.call<Body>({ method: "POST", path, body, ...(signal ? { signal } : {}) });
  }

  /** Merges into the object, as `application/merge-patch+json` does. */
  merge<Body>(path: string, body: unknown): Promise<Body> {
    return this.call<Body>({ method: "PATCH", path, body });
  }

  /** True where it was there, under this uid and in this version if they are given; what it owns goes with it. */
  async remove(path: string, uid?: string, resourceVersion?: string): Promise<boolean> {
    const preconditions = uid === undefined ? {} : { preconditions: { uid, resourceVersion } };
    const options = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" };
    try {
      await this.call({ method: "DELETE", path, body: { ...options, ...preconditions } });
      return true;
    } catch (error) {
      if (error instanceof KubernetesError && (error.status === 404 || (uid && error.status === 409)))
        return false;
      throw error;
    }
  }

  /** Opens a stream of changes that lasts until the signal fires or the server ends it. Throws ClusterUnreachable, and the signal's reason. */
  async watch(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const call: Call = { method: "GET", path, signal };
    return this.#answered(call, async () => {
      const options = await this.#options(call, { agent: this.#watchAgent });
      return exchange({ ...options, signal }, undefined);
    });
  }

  /** Lets go of the connections. */
  close(): void {
    this.#pool.close();
    this.#watchAgent.destroy();
  }

  async #answered<Answer>(call: Call, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      call.signal?.throwIfAborted();
      if (error instanceof KubernetesError) throw error;
      throw new ClusterUnreachable(this.config.getCurrentCluster()?.server ?? "", call, error);
    }
  }

  async #options(
    call: Call,
    { body, agent }: { body?: Buffer | undefined; agent?: Agent },
  ): Promise<RequestOptions> {
    const cluster = this.config.getCurrentCluster();
    if (!cluster) throw new KubernetesError("The kubeconfig has no current cluster", 0, "NoCluster");
    const options: RequestOptions = { headers: { accept: "application/json" } };
    await withCredentials(this.config, () => this.config.applyToHTTPSOptions(options), call.signal);
    const { hostname, port, pathname } = new URL(cluster.server);
    const given = options.headers as Record<string, string> | undefined;
    const headers = { ...given, ...contentHeaders(call, body) };
    const prefix = pathname.replace(/\/$/, "");
    return {
      ...options,
      agent: cluster.proxyUrl ? options.agent : (agent ?? this.#pool.agentFor(options)),
      hostname: hostname.replace(/^\[|\]$/g, ""),
      port,
      path: prefix + call.path,
      method: call.method,
      headers,
    };
  }
}

/** True where the object exists already. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof KubernetesError && error.reason === "AlreadyExists";
}

/** A kept connection that the server had closed before the call was sent on it. */
class StaleConnection extends Error {}

/** Once more where the connection was one that the server had closed; on one of its own, as it may have closed all others with it. */
async function exchangeAnew(options: RequestOptions, body: Buffer | undefined): Promise<IncomingMessage> {
  try {
    return await exchange(options, body);
  } catch (error) {
    if (error instanceof StaleConnection) return exchange({ ...options, agent: false }, body);
    throw error;
  }
}

function exchange(options: RequestOptions, body: Buffer | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(options, resolve);
    sent.on("error", (error) => {
      reject(wasStale(sent, error) ? new StaleConnection(error.message, { cause: error }) : error);
    });
    sent.end(body);
  });
}

/** The length is always given: Node leaves it out for DELETE, and the body would then be read as the next call. */
function contentHeaders(call: Call, body: Buffer | undefined): Record<string, string> {
  if (!body) return {};
  const type = call.method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return { "content-type": type, "content-length": String(body.length) };
}

/** The whole body. Throws KubernetesError where it is longer than an answer may be. */
export async function readBody(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES)
      throw new KubernetesError(
        `The API server's answer is longer than ${MAX_BODY_BYTES} bytes`,
        0,
        "TooLong",
      );
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function errorOf(text: string, status: number, call: Call): KubernetesError {
  try {
    const answer = JSON.parse(text) as { message?: string; reason?: string };
    return new KubernetesError(answer.message ?? text, status, answer.reason ?? "");
  } catch {
    return new KubernetesError(
      `${call.method} ${call.path} was answered with ${status}: ${text.slice(0, 200)}`,
      status,
      "",
    );
  }
}
