import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { CoreV1Api, KubeConfig, Observable, ResponseContext } from "./client-library.js";
import { KubernetesClient } from "./kubernetes-client.js";
import { connectionPoolOf } from "./connection-pool.js";
import { pooledKubeConfig } from "./pooled-kube-config.js";

/** As long as that of ten namespaces. */
const PAGE = JSON.stringify({
  apiVersion: "v1",
  kind: "NamespaceList",
  items: Array.from({ length: 10 }, (_, at) => ({
    metadata: { name: `n-${String(at)}`, uid: "u".repeat(600) },
  })),
});

let server: Server;
let kubeConfig: KubeConfig;
const connections = new Set<unknown>();

// A real API server sends longer answers in chunks; here all are sent so.
beforeAll(async () => {
  const pems = await generate([{ name: "commonName", value: "localhost" }], { algorithm: "sha256" });
  server = createServer({ key: pems.private, cert: pems.cert }, (_request, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write(PAGE);
    response.end();
  });
  server.on("secureConnection", (socket) => connections.add(socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "c", server: address, skipTLSVerify: true }, { name: "u" });
});
afterAll(() => {
  connectionPoolOf(kubeConfig).close();
  server.close();
});

it("answers more calls at once than there are connections, each whole", async () => {
  // How long so many calls take together is the machine's affair.
  const deadline = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => new AbortController().signal);
  const core = pooledKubeConfig(kubeConfig, { Observable, ResponseContext }).makeApiClient(CoreV1Api);
  const calls = Array.from({ length: 400 }, async () => (await core.listNamespace()).items);
  const answers = await Promise.allSettled(calls);
  deadline.mockRestore();
  expect(answers.filter(({ status }) => status === "rejected")).toEqual([]);
  expect(connections.size).toBeLessThanOrEqual(64);
});

it.each(["our own client", "the library's", "the library's, which writes"])(
  "asks again where the server has closed every connection that was kept: %s",
  async (which) => {
    const client = new KubernetesClient(kubeConfig);
    const core = pooledKubeConfig(kubeConfig, { Observable, ResponseContext }).makeApiClient(CoreV1Api);
    const call = async (): Promise<unknown> => {
      if (which === "our own client") return client.get("/api/v1/namespaces");
      if (which === "the library's") return core.listNamespace();
      return core.createNamespace({ body: { metadata: { name: "new" } } });
    };
    await Promise.all(Array.from({ length: 20 }, call));
    server.closeAllConnections();
    const answers = await Promise.allSettled(Array.from({ length: 5 }, call));
    expect(answers.filter(({ status }) => status === "rejected")).toEqual([]);
  },
);
