import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { ApiClient } from "../../test/kubernetes/control-plane/api-client.js";
import { startControlPlane } from "../../test/kubernetes/control-plane/start-control-plane.js";

/** An API server that figures are taken of. */
export interface ApiServer {
  url: string;
  ca: string;
  token: string;
  client: ApiClient;
  /** Bytes the process takes of the machine's memory; only of the embedded one. */
  residentBytes?: () => number;
}

const program = fileURLToPath(new URL("../../dist/cluster/main.js", import.meta.url));
const START_DEADLINE_MS = 60_000;

interface Kubeconfig {
  clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

/** Starts the embedded cluster on an empty directory, uses it and ends it; resolves when nothing of it is left. */
export async function withEmbedded<T>(use: (server: ApiServer) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "lectern-bench-"));
  const child = spawn(process.execPath, [program, "--data", folder, "--log-level", "error"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(child.stdout, "data", { signal: AbortSignal.timeout(START_DEADLINE_MS) });
    return await use(embeddedServer(folder, child));
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same with a real control plane. */
export async function withReal<T>(use: (server: ApiServer) => Promise<T>): Promise<T> {
  const controlPlane = await startControlPlane();
  const { url, caFile, token, client } = controlPlane;
  try {
    return await use({ url, ca: readFileSync(caFile, "utf8"), token, client });
  } finally {
    await controlPlane.stop();
  }
}

function embeddedServer(folder: string, { pid = 0 }: ChildProcess): ApiServer {
  const text = readFileSync(join(folder, "kubeconfig"), "utf8");
  const { clusters, users } = parse(text) as Kubeconfig;
  const { server: url = "", "certificate-authority-data": encoded = "" } = clusters[0]?.cluster ?? {};
  const ca = Buffer.from(encoded, "base64").toString("utf8");
  const token = users[0]?.user.token ?? "";
  return {
    url,
    ca,
    token,
    client: new ApiClient({ url, ca, token }),
    residentBytes: () => residentBytes(pid),
  };
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
