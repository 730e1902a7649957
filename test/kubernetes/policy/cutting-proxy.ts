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
  close(): void;
}

/** Stands before the API server; what only asks (reads, dry runs) is not counted. */
export async function startCuttingProxy(cluster: KubeConfig): Promise<CuttingProxy> {
  const target: AgentOptions = {};
  await cluster.applyToHTTPSOptions(target);
  const { ca, cert, key } = target;
  const { token } = cluster.getCurrentUser() ?? {};
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const agent = new Agent({ ca, cert, key, keepAlive: true });
  const address = new URL(cluster.getCurrentCluster()?.server ?? "");
  let left = Number.POSITIVE_INFINITY;
  let isCut = false;
  const { authority, serving } = makeCertificates();
  const tls = { cert: serving.certificate, key: serving.key };
  const server = createServer(tls, (asked, answer) => {
    if (isWrite(asked) && left-- <= 0) isCut = true;
    if (isCut) {
      // Watches end with it.
      server.closeAllConnections();
      return;
    }
    const forwarded = httpsRequest(
      new URL(asked.url ?? "/", address),
      { agent, method: asked.method, headers: { ...asked.headers, ...authorization, host: address.host } },
      (came) => {
        answer.writeHead(came.statusCode ?? 502, came.headers);
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
      left = writes;
      isCut = false;
    },
    isCut: () => isCut,
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
