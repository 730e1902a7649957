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
  if (tcp !== undefined) return void (await connect(target, tcp["port"])).destroy();
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
  const process = await runtime.exec(runtimeId, { command, stdin: false, tty: false });
  let output = "";
  for (const stream of [process.stdout, process.stderr]) {
    stream?.on("data", (bytes: Buffer) => {
      if (output.length < MAX_OUTPUT_BYTES) output += bytes.toString();
    });
    stream?.on("error", () => undefined);
  }
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    process.close();
  }, timeoutMs);
  try {
    const exitCode = await process.exitCode;
    if (isLate) throw lateError(timeoutMs);
    if (exitCode !== 0) throw new Error(output.slice(0, MAX_OUTPUT_BYTES));
  } catch (error) {
    throw isLate ? lateError(timeoutMs) : error;
  } finally {
    clearTimeout(timer);
  }
}

function lateError(timeoutMs: number): Error {
  return new Error(`command timed out after ${timeoutMs / 1000}s`);
}

async function askHttp(target: ActionTarget, http: JsonObject, timeoutMs: number): Promise<void> {
  if (asText(http["scheme"], "HTTP") === "HTTPS") throw new Error("HTTPS probes are not run by Lectern");
  const socket = await connect(target, http["port"]);
  const headers = recordsAt(http, "httpHeaders").map((header): [string, string] => [
    asText(header["name"]),
    asText(header["value"]),
  ]);
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const asked = request({
        path: asText(http["path"], "/") || "/",
        headers: { host: "localhost", "user-agent": "kube-probe/1.35", ...Object.fromEntries(headers) },
        createConnection: () => socket,
        signal: AbortSignal.timeout(timeoutMs),
      });
      asked.once("error", reject);
      asked.once("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.end();
    });
    if (status < 200 || status >= 400) throw new Error(`HTTP probe failed with statuscode: ${status}`);
  } finally {
    socket.destroy();
  }
}

function connect({ runtime, container, sandbox }: ActionTarget, port: unknown): Promise<Duplex> {
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return runtime.dial(sandbox, named ?? Number(port));
}

function wait(milliseconds: number, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.min(milliseconds, timeoutMs)).unref();
  });
}
