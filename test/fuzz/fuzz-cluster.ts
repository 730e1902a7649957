import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { pino } from "pino";
import { parse } from "yaml";
import { startCluster } from "../../cluster/start.js";
import { Random } from "./random.js";
import type { FuzzRequest } from "./requests.js";
import { fuzzRequest } from "./requests.js";
import { TurnMeter } from "./turn-meter.js";

/** Milliseconds of processor time without a pause: everybody else waits as long. */
const MAX_TURN_MS = 1000;
/** Milliseconds until a request that is not answered counts as forgotten; watches end after one second. */
const ANSWER_DEADLINE_MS = 30_000;
/** Answers that say what is missing, rather than that something broke. */
const HONEST_ERRORS = new Set([501, 503, 504]);
const INTERNAL_SERVER_ERROR = 500;

export interface FuzzOptions {
  /** The same seed makes the same requests. */
  seed: number;
  requests: number;
  signal?: AbortSignal;
}

/** What a request did that none may do. */
export interface Finding {
  what: string;
  seed: number;
  request: FuzzRequest;
}

/**
 * Sends requests of every sort, one after the other, to an embedded cluster in this process, and returns what none may do: take
 * the processor for more than a second, fail inside, change a prototype, or stay without an answer. What ends a process ends this one.
 */
export async function fuzzCluster({ seed, requests, signal }: FuzzOptions): Promise<Finding[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-fuzz-"));
  const failures: string[] = [];
  const logger = pino({ level: "error" }, lines(failures));
  const cluster = await startCluster({ dataDir, logger });
  const client = clientOf(cluster.kubeconfigPath);
  const findings: Finding[] = [];
  const meter = new TurnMeter().start();
  try {
    const random = new Random(seed);
    const prototypes = prototypeNames();
    await client.send(namespace);
    for (let i = 0; i < requests; i++) {
      if (signal?.aborted === true) break;
      const request = fuzzRequest(random);
      const { code, body } = await client.send(request);
      const turnMs = meter.takeLongestMs();
      const add = (what: string): number => findings.push({ what, seed, request });
      if (turnMs > MAX_TURN_MS) add(`took the processor for ${turnMs} ms without a pause`);
      if (code === undefined) add("got no answer");
      if (code !== undefined && isFault(code, body)) add(`got ${code} ${body}`);
      if (prototypeNames() !== prototypes) add("changed a prototype");
      for (const failure of failures.splice(0)) add(`logged ${failure}`);
    }
    return findings;
  } finally {
    meter.stop();
    client.close();
    await cluster.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** A real API server answers 500 without a reason to some requests that are wrong (`strconv.ParseUint`, fields that its schema has none of); what broke has one. */
function isFault(code: number, body: string): boolean {
  if (code < INTERNAL_SERVER_ERROR || HONEST_ERRORS.has(code)) return false;
  return code !== INTERNAL_SERVER_ERROR || !isStatusWithoutReason(body);
}

function isStatusWithoutReason(body: string): boolean {
  try {
    const status = JSON.parse(body) as { kind?: unknown; message?: unknown; reason?: unknown };
    return status.kind === "Status" && typeof status.message === "string" && status.reason === undefined;
  } catch {
    return false;
  }
}

const namespace: FuzzRequest = {
  method: "POST",
  path: "/api/v1/namespaces",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "fuzz" } }),
};

function lines(kept: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      kept.push(chunk.toString("utf8").trim());
      done();
    },
  });
}

function prototypeNames(): string {
  const all = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype];
  return JSON.stringify(all.map((each) => Object.getOwnPropertyNames(each)));
}

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

/** An answer that was read to its end; of one that is no error the body is not kept, and none that never came has a code. */
interface FuzzAnswer {
  code: number | undefined;
  body: string;
}

/** Sends one request at a time. */
function clientOf(kubeconfigPath: string): {
  send: (request: FuzzRequest) => Promise<FuzzAnswer>;
  close: () => void;
} {
  const { clusters, users } = parse(readFileSync(kubeconfigPath, "utf8")) as Kubeconfig;
  const { server = "", "certificate-authority-data": authority = "" } = clusters[0]?.cluster ?? {};
  const ca = Buffer.from(authority, "base64");
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca });
  const { hostname, port } = new URL(server);
  const authorization = `Bearer ${users[0]?.user.token ?? ""}`;
  const send = ({ method, path, headers, body }: FuzzRequest): Promise<FuzzAnswer> =>
    new Promise((resolve) => {
      const options = { hostname, port, method, path, agent, headers: { ...headers, authorization } };
      const outgoing = httpsRequest(options, (response) => {
        const code = response.statusCode ?? 0;
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          if (code >= INTERNAL_SERVER_ERROR) text += chunk;
        });
        response.once("close", () => resolve({ code, body: text }));
      });
      outgoing.once("upgrade", (response, socket) => {
        socket.destroy();
        resolve({ code: response.statusCode, body: "" });
      });
      outgoing.setTimeout(ANSWER_DEADLINE_MS, () => outgoing.destroy());
      // Node.js itself refuses methods that HTTP does not have, and hangs up.
      outgoing.once("error", () => resolve({ code: method === "BREW" ? 400 : undefined, body: "" }));
      outgoing.end(body);
    });
  return { send, close: () => agent.destroy() };
}
