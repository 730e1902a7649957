import type { IncomingMessage } from "node:http";
import { Agent, type AgentOptions, createServer, request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";

import { issueAuthority, issueServing } from "../../../cluster/certificates/issue-certificate.js";
import { KubeConfig } from "../../../kubernetes/node/client-library.js";

/** A way to a cluster on which a process dies: from the write it is cut before, nothing gets through. */
export interface CuttingProxy {
  kubeConfig: KubeConfig;
  /** Lets that many writes through from now on, and then nothing. */
  cutAfter(writes: number): void;
  /** Whether it came to that. */
  isCut(): boolean;
  /** The writes that it let through since and the cluster took, each as its method and path. */
  taken(): readonly string[];
  close(): void;
}

/** How many writes a process has left, over all clusters that it calls. */
export interface Life {
  left: number;
  isOver: boolean;
}

/** Stands before the API server; what only asks (reads, dry runs) is not counted. */
export async function startCuttingProxy(
  cluster: KubeConfig,
  life: Life = { left: Number.POSITIVE_INFINITY, isOver: false },
): Promise<CuttingProxy> {
  const target: AgentOptions = {};
  await cluster.applyToHTTPSOptions(target);
  const { ca, cert, key } = target;
  const { token } = cluster.getCurrentUser() ?? {};
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const agent = new Agent({ ca, cert, key, keepAlive: true });
  const address = new URL(cluster.getCurrentCluster()?.server ?? "");
  const { authority, serving } = makeCertificates();
  const tls = { cert: serving.certificate, key: serving.key };
  let taken: string[] = [];
  const server = createServer(tls, (asked, answer) => {
    if (isWrite(asked) && life.left-- <= 0) life.isOver = true;
    if (life.isOver) {
      // Watches end with it.
      server.closeAllConnections();
      return;
    }
    const forwarded = httpsRequest(
      new URL(asked.url ?? "/", address),
      { agent, method: asked.method, headers: { ...asked.headers, ...authorization, host: address.host } },
      (came) => {
        const { statusCode = 502 } = came;
        // Counted once whoever asked can know of it, whatever is cut next.
        answer.on("finish", () => {
          if (isWrite(asked) && statusCode < 300) taken.push(`${asked.method ?? ""} ${asked.url ?? ""}`);
        });
        answer.writeHead(statusCode, came.headers);
        came.pipe(answer);
      },
    );
    forwarded.on("error", () => asked.socket.destroy());
    answer.on("close", () => forwarded.destroy());
    asked.pipe(forwarded);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [
      {
        name: "cut",
        server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
        caData: Buffer.from(authority.certificate).toString("base64"),
        skipTLSVerify: false,
      },
    ],
    users: [{ name: "cut" }],
    contexts: [{ name: "cut", cluster: "cut", user: "cut" }],
    currentContext: "cut",
  });
  return {
    kubeConfig,
    cutAfter: (writes) => {
      life.left = writes;
      life.isOver = false;
      taken = [];
    },
    isCut: () => life.isOver,
    taken: () => taken,
    close: () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

const HOUR_MS = 3_600_000;

function makeCertificates() {
  const now = Date.now();
  const validity = { notBefore: new Date(now - HOUR_MS), notAfter: new Date(now + HOUR_MS) };
  const authority = issueAuthority("cut", validity);
  const served = { names: [], addresses: [[127, 0, 0, 1]] };
  const issuer = { commonName: "cut", key: authority.key };
  return { authority, serving: issueServing("cut", { validity, served, issuer }) };
}

function isWrite({ method, url = "" }: IncomingMessage): boolean {
  return method !== "GET" && method !== "HEAD" && !url.includes("dryRun=");
}
