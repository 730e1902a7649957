import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { KubeConfig } from "../../kubernetes/node/client-library.js";
import { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { LearnerClients } from "./learner-clients.js";

const MINUTE = 60_000;
let server: Server;
let platform: KubernetesClient;
let clients: LearnerClients;

beforeAll(async () => {
  const pems = await generate([{ name: "commonName", value: "localhost" }], { algorithm: "sha256" });
  server = createServer({ key: pems.private, cert: pems.cert }, (_request, response) =>
    response.writeHead(201).end(JSON.stringify({ status: { token: "t" } })),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: "c", server: address, skipTLSVerify: true }, { name: "u" });
  platform = new KubernetesClient(kubeConfig);
});
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
  clients = new LearnerClients(platform);
});
afterEach(() => {
  clients.close();
  vi.useRealTimers();
});
afterAll(() => {
  platform.close();
  server.closeAllConnections();
  server.close();
});

it("a client is kept for those who ask for it again, whenever others are renewed", async () => {
  const first = await clients.of("a");
  const close = vi.spyOn(first, "close");
  for (let minute = 1; minute < 20; minute += 1) {
    vi.advanceTimersByTime(MINUTE);
    await clients.of(`other-${String(minute)}`);
    expect(await clients.of("a")).toBe(first);
  }
  expect(close).not.toHaveBeenCalled();
});

it("a client that nobody asks for any more is closed when another is renewed", async () => {
  const first = await clients.of("a");
  const close = vi.spyOn(first, "close");
  vi.advanceTimersByTime(6 * MINUTE);
  await clients.of("b");
  expect(close).toHaveBeenCalledOnce();
  expect(await clients.of("a")).not.toBe(first);
});
