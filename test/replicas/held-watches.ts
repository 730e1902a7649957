import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { parse, stringify } from "yaml";
import { issueCertificate, makeAuthority } from "../../pods/node/certificates.js";

/** The way of one server to its cluster, on which a test can hold back what watches tell: the server asks and is answered, and hears of nothing. */
export interface HeldWatches {
  /** Path of a kubeconfig that leads through it. */
  kubeconfig: string;
  hold(): void;
  /** Hands on what was held back. */
  release(): void;
  close(): Promise<void>;
}

interface Kubeconfig {
  clusters: { cluster: Record<string, unknown> & { server: string } }[];
  users: { user: Record<string, string> }[];
}

const HOUR_MS = 3_600_000;

/** Stands in front of the API server of a kubeconfig, and writes one of its own to `file`. */
export async function startHeldWatches(kubeconfig: string, file: string): Promise<HeldWatches> {
  const config = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const [{ cluster }] = config.clusters as [Kubeconfig["clusters"][number]];
  const upstream = { server: cluster.server, agent: new Agent({ keepAlive: true, ...authorities(cluster) }) };
  const authority = await makeAuthority(HOUR_MS, Date.now());
  const wanted = { subject: "localhost", usage: "host", name: "localhost", lifetimeMs: HOUR_MS } as const;
  const { cert, key } = await issueCertificate(authority, wanted, Date.now());
  const watches = new Set<IncomingMessage>();
  let isHolding = false;
  const server = createServer({ cert, key }, (asked, answered) => {
    forward(upstream, asked, answered, (response) => {
      if (!isWatch(asked)) return;
      watches.add(response);
      response.once("close", () => watches.delete(response));
      if (isHolding) response.pause();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cluster.server = `https://localhost:${String((server.address() as AddressInfo).port)}`;
  delete cluster["certificate-authority"];
  cluster["certificate-authority-data"] = Buffer.from(authority.cert).toString("base64");
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return {
    kubeconfig: file,
    hold: () => {
      isHolding = true;
      for (const response of watches) response.pause();
    },
    release: () => {
      isHolding = false;
      for (const response of watches) response.resume();
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      upstream.agent.destroy();
    },
  };
}

function forward(
  { server, agent }: { server: string; agent: Agent },
  asked: IncomingMessage,
  answered: ServerResponse,
  seen: (response: IncomingMessage) => void,
): void {
  const headers = { ...asked.headers, host: new URL(server).host };
  const options = { method: asked.method, headers, agent };
  const passed = request(new URL(asked.url ?? "/", server), options, (response) => {
    answered.writeHead(response.statusCode ?? 502, response.headers);
    // A watch has an answer before it has anything to tell.
    answered.flushHeaders();
    response.on("data", (chunk: Buffer) => answered.write(chunk));
    response.on("end", () => answered.end()).on("error", () => answered.destroy());
    seen(response);
  });
  passed.on("error", () => answered.destroy());
  answered.on("close", () => passed.destroy());
  asked.pipe(passed);
}

function isWatch({ url }: IncomingMessage): boolean {
  const watch = new URL(url ?? "/", "https://localhost").searchParams.get("watch");
  return watch === "true" || watch === "1";
}

function authorities(cluster: Record<string, unknown>): { ca?: Buffer } {
  const { "certificate-authority-data": data, "certificate-authority": path } = cluster;
  if (typeof data === "string") return { ca: Buffer.from(data, "base64") };
  return typeof path === "string" ? { ca: readFileSync(path) } : {};
}
