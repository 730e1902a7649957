import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";

import { generate } from "selfsigned";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { NamespaceWatch } from "./namespace-watch.js";
import { SeenVersions } from "./seen-versions.js";

const LIST = JSON.stringify({
  metadata: { resourceVersion: "5" },
  items: [{ metadata: { name: "one", resourceVersion: "4", labels: { of: "us" } } }],
});

let server: Server;
let client: KubernetesClient;
let watch: NamespaceWatch;
let onWatch: (response: ServerResponse) => void = () => undefined;

function answer({ url }: IncomingMessage, response: ServerResponse): void {
  if (url?.includes("watch=true")) onWatch(response);
  else response.end(LIST);
}

const ask = () => Promise.resolve("5");

beforeEach(async () => {
  const pems = await generate([{ name: "commonName", value: "localhost" }], { algorithm: "sha256" });
  server = createServer({ key: pems.private, cert: pems.cert }, answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "c", server: address, skipTLSVerify: true }, { name: "u" });
  client = new KubernetesClient(kubeConfig);
  watch = new NamespaceWatch({ open: () => client, ask, seen: new SeenVersions() });
});

afterEach(() => {
  vi.restoreAllMocks();
  client.close();
  server.closeAllConnections();
  server.close();
});

const follow = (response: ServerResponse) => response.writeHead(200).flushHeaders();
const shown = async () => (await watch.list({ of: "us" }))?.map(({ metadata }) => metadata?.name);

it("leaves it to the cluster where it may list and not watch, until it may", async () => {
  onWatch = (response) => void response.writeHead(403).end();
  expect(await shown()).toBeUndefined();
  onWatch = follow;
  await expect.poll(shown, { timeout: 10_000 }).toEqual(["one"]);
});

it("leaves it to the cluster where nothing was told for longer than an API server keeps still", async () => {
  onWatch = follow;
  await expect.poll(shown).toEqual(["one"]);
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + 91_000);
  expect(await shown()).toBeUndefined();
});
