import { readFileSync } from "node:fs";
import { request } from "node:https";
import { parse } from "yaml";

/** A request as no client of Kubernetes would send it. */
export interface RawRequest {
  method: string;
  /** Begins in the namespace of the scenario where it does not begin with a slash: `configmaps/x`. */
  path: string;
  /** A text is sent as it is, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string | string[]>;
}

interface Kubeconfig {
  clusters: {
    cluster: { server: string; "certificate-authority"?: string; "certificate-authority-data"?: string };
  }[];
  users: { user: { token: string } }[];
}

const DEADLINE_MS = 60_000;

/** Sends it to the cluster of the kubeconfig, and resolves with the answer in one line: its status, type and body. */
export function sendRaw(kubeconfig: string, namespace: string, sent: RawRequest): Promise<string> {
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const cluster = clusters[0]?.cluster;
  const { method, path, body, headers } = sent;
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const from = path.startsWith("/") ? path : `/api/v1/namespaces/${namespace}/${path}`;
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(from, cluster?.server), {
      method,
      ca: authorityOf(cluster),
      signal: AbortSignal.timeout(DEADLINE_MS),
      // As a list, so that one may come twice.
      headers: Object.entries({
        host: "kubernetes",
        authorization: `Bearer ${users[0]?.user.token ?? ""}`,
        accept: "application/json",
        "content-length": String(Buffer.byteLength(text)),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      }).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value])),
    });
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        const { statusCode = 0, headers: answered } = response;
        const said = shown(statusCode, Buffer.concat(chunks).toString("utf8"));
        resolve(`${statusCode} ${answered["content-type"] ?? "no type"} ${said}`);
      });
    });
    outgoing.end(text);
  });
}

function authorityOf(cluster: Kubeconfig["clusters"][number]["cluster"] | undefined): Buffer {
  const data = cluster?.["certificate-authority-data"];
  if (data !== undefined) return Buffer.from(data, "base64");
  return readFileSync(cluster?.["certificate-authority"] ?? "");
}

/**
 * Of an object that is answered only its kind: what it holds, and in which order, is compared elsewhere. A Status without the ways
 * in which a JSON text can be written.
 */
function shown(status: number, body: string): string {
  if (!body.startsWith("{")) return body;
  const object = JSON.parse(body) as { kind?: unknown };
  return status < 300 ? String(object.kind) : JSON.stringify(object);
}
