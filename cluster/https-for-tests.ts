import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { WebSocket } from "ws";
import { parse } from "yaml";
import type { Cluster } from "./start.js";

interface Kubeconfig {
  clusters: { cluster: { "certificate-authority-data": string } }[];
  users: { user: { token: string } }[];
}

export interface Sent {
  method?: string;
  /** As it is put on the request line, without being made tidy. */
  path: string;
  /** The administrator's without one. */
  token?: string;
  /** PEM of what the client shows instead of a token. */
  certificate?: { cert: string; key: string };
  type?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
}

export interface Answer {
  code: number;
  body: { metadata: Record<string, unknown>; message?: string; reason?: string };
}

/** A WebSocket of the administrator's to a path, which may not be open yet. */
export function openWebSocket(
  { url, kubeconfigPath }: Pick<Cluster, "url" | "kubeconfigPath">,
  path: string,
): WebSocket {
  const config = parse(readFileSync(kubeconfigPath, "utf8")) as Kubeconfig;
  const ca = Buffer.from(config.clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64");
  const headers = { authorization: `Bearer ${config.users[0]?.user.token ?? ""}` };
  return new WebSocket(new URL(path, url.replace(/^https/, "wss")), { ca, headers });
}

/** Sends a request over HTTPS, as a client outside the process does, and resolves when its head is answered. */
export async function open(
  cluster: Pick<Cluster, "url" | "kubeconfigPath">,
  sent: Sent,
): Promise<IncomingMessage> {
  const config = parse(readFileSync(cluster.kubeconfigPath, "utf8")) as Kubeconfig;
  const ca = Buffer.from(config.clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64");
  const { method = "GET", path, certificate, body } = sent;
  const token = sent.token ?? (certificate ? undefined : config.users[0]?.user.token);
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    "content-type": sent.type ?? "application/json",
    ...sent.headers,
  };
  const { hostname, port } = new URL(cluster.url);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, path, method, ca, ...certificate, headers, agent: false },
      resolve,
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** The same, with the whole answer as JSON. */
export async function send(cluster: Pick<Cluster, "url" | "kubeconfigPath">, sent: Sent): Promise<Answer> {
  const response = await open(cluster, sent);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  return { code: response.statusCode ?? 0, body: JSON.parse(text) as Answer["body"] };
}
