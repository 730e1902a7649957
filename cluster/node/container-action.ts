import { once } from "node:events";
import { request } from "node:http";
import type { Duplex } from "node:stream";
import { asText, recordAt, recordsAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Container } from "../controllers/object-kinds.js";

/** Bytes of an answer that are looked at, as a kubelet reads them. */
const MAX_OUTPUT_BYTES = 10 * 1024;

export interface ActionTarget {
  runtime: ContainerRuntime;
  container: Container;
  sandbox: string;
  runtimeId: string;
  /** The pod's, for messages. */
  address: string;
}

/** Does what a probe or a hook asks for; rejects, in a kubelet's words, where it fails or takes longer than `timeoutMs`. */
export async function performAction(
  target: ActionTarget,
  action: JsonObject,
  timeoutMs: number,
): Promise<void> {
  const exec = recordAt(action, "exec");
  if (exec !== undefined) return runCommand(target, exec, timeoutMs);
  const http = recordAt(action, "httpGet");
  if (http !== undefined) return askHttp(target, http, timeoutMs);
  const tcp = recordAt(action, "tcpSocket");
  if (tcp !== undefined) return connectTcp(target, tcp, timeoutMs);
  const sleep = recordAt(action, "sleep");
  if (sleep !== undefined) return wait(Number(sleep["seconds"]) * 1000, timeoutMs);
  throw new Error("gRPC probes are not run by Lectern");
}

async function runCommand(
  { runtime, runtimeId }: ActionTarget,
  exec: JsonObject,
  timeoutMs: number,
): Promise<void> {
  const command = Array.isArray(exec["command"]) ? exec["command"].map((word) => asText(word)) : [];
  const deadline = AbortSignal.timeout(timeoutMs);
  const starting = runtime.exec(runtimeId, { command, stdin: false, tty: false });
  const process = await unlessLate(starting, deadline, (late) => late.close()).catch((error: unknown) => {
    throw deadline.aborted ? lateError(timeoutMs) : error;
  });
  let output = "";
  for (const stream of [process.stdout, process.stderr]) {
    stream?.on("data", (bytes: Buffer) => {
      if (output.length < MAX_OUTPUT_BYTES) output += bytes.toString();
    });
    stream?.on("error", () => undefined);
  }
  const close = (): void => process.close();
  deadline.addEventListener("abort", close, { once: true });
  if (deadline.aborted) close();
  try {
    const exitCode = await process.exitCode;
    if (deadline.aborted) throw lateError(timeoutMs);
    if (exitCode !== 0) throw new Error(output.slice(0, MAX_OUTPUT_BYTES));
  } catch (error) {
    throw deadline.aborted ? lateError(timeoutMs) : error;
  } finally {
    deadline.removeEventListener("abort", close);
  }
}

function lateError(timeoutMs: number): Error {
  return new Error(`command timed out after ${timeoutMs / 1000}s`);
}

async function askHttp(target: ActionTarget, http: JsonObject, timeoutMs: number): Promise<void> {
  if (asText(http["scheme"], "HTTP") === "HTTPS") throw new Error("HTTPS probes are not run by Lectern");
  const deadline = AbortSignal.timeout(timeoutMs);
  const path = asText(http["path"], "/") || "/";
  try {
    const status = await statusOf(target, { http, path, deadline });
    if (status < 200 || status >= 400) throw new Error(`HTTP probe failed with statuscode: ${status}`);
  } catch (error) {
    if (!deadline.aborted) throw error;
    const url = `http://${target.address}:${portOf(target, http["port"])}${path.startsWith("/") ? "" : "/"}${path}`;
    throw new Error(
      `Get ${JSON.stringify(url)}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
      { cause: error },
    );
  }
}

async function statusOf(
  target: ActionTarget,
  { http, path, deadline }: { http: JsonObject; path: string; deadline: AbortSignal },
): Promise<number> {
  const socket = await connect(target, http["port"], deadline);
  const headers = recordsAt(http, "httpHeaders").map((header): [string, string] => [
    asText(header["name"]),
    asText(header["value"]),
  ]);
  try {
    return await new Promise<number>((resolve, reject) => {
      const asked = request({
        path,
        headers: { host: "localhost", "user-agent": "kube-probe/1.35", ...Object.fromEntries(headers) },
        createConnection: () => socket,
        signal: deadline,
      });
      asked.once("error", reject);
      asked.once("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.end();
    });
  } finally {
    socket.destroy();
  }
}

async function connectTcp(target: ActionTarget, tcp: JsonObject, timeoutMs: number): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    (await connect(target, tcp["port"], deadline)).destroy();
  } catch (error) {
    if (!deadline.aborted) throw error;
    const host = `${target.address}:${portOf(target, tcp["port"])}`;
    throw new Error(`dial tcp ${host}: i/o timeout`, { cause: error });
  }
}

function connect(target: ActionTarget, port: unknown, deadline: AbortSignal): Promise<Duplex> {
  const dialing = target.runtime.dial(target.sandbox, portOf(target, port), { isProbe: true });
  return unlessLate(dialing, deadline, (socket) => socket.destroy());
}

function portOf({ container }: ActionTarget, port: unknown): number {
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? Number(port);
}

/** What comes in time; rejects at the deadline, and lets go of what comes after it. */
async function unlessLate<T>(
  coming: Promise<T>,
  deadline: AbortSignal,
  letGo: (late: T) => void,
): Promise<T> {
  const over = new AbortController();
  const late = once(deadline, "abort", { signal: over.signal }).then(() => {
    throw deadline.reason as Error;
  });
  try {
    return await Promise.race([coming, late]);
  } catch (error) {
    if (deadline.aborted) coming.then(letGo, () => undefined);
    throw error;
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}

function wait(milliseconds: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.min(milliseconds, timeoutMs)).unref();
  });
}
