import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "../kubernetes/node/client-library.js";
import { afterAll, describe, expect, it } from "vitest";
import { KubernetesClient } from "../kubernetes/node/kubernetes-client.js";
import type { SessionHost } from "../terminal/common/session-host.js";
import { createHealth } from "./health.js";

describe("what a server says of itself while its cluster is gone", async () => {
  const client = new KubernetesClient(await kubeconfigOfNobody());
  afterAll(() => client.close());
  const health = createHealth({
    client,
    // The host that answers: only the cluster's silence is looked at.
    host: { shortage: () => Promise.resolve(undefined) } as unknown as SessionHost,
    disk: { state: () => Promise.resolve({ isFull: false }) } as never,
    memory: { shortage: () => undefined },
  });

  it("names the cluster and why", async () => {
    const checks = await health.check([]);
    expect(checks.filter(({ problem }) => problem !== undefined).map(({ name }) => name)).toEqual([
      "cluster",
    ]);
  });

  it("leaves out what it was asked not to look at, and nothing else", async () => {
    expect(await health.check(["cluster", "nothing of that name"])).toEqual([
      { name: "disk" },
      { name: "memory" },
      { name: "terminal host" },
    ]);
  });
});

it("a server whose terminal host can open no further shell says so, and why", async () => {
  const health = createHealth({
    client: { get: () => Promise.resolve({}) } as unknown as KubernetesClient,
    host: { shortage: () => Promise.resolve("it may open no more files") } as unknown as SessionHost,
    disk: { state: () => Promise.resolve({ isFull: false }) } as never,
    memory: { shortage: () => undefined },
  });
  expect(await health.check([])).toContainEqual({
    name: "terminal host",
    problem: "no further shell can be opened: it may open no more files",
  });
});

it("a server whose memory is nearly used up says so as long as it is", async () => {
  let short: string | undefined = "the machine has 60 of 2048 MiB of memory left";
  const health = createHealth({
    client: { get: () => Promise.resolve({}) } as unknown as KubernetesClient,
    host: { shortage: () => Promise.resolve(undefined) } as unknown as SessionHost,
    disk: { state: () => Promise.resolve({ isFull: false }) } as never,
    memory: { shortage: () => short },
  });
  const problems = async () => (await health.check([])).filter(({ problem }) => problem !== undefined);
  expect(await problems()).toEqual([
    { name: "memory", problem: "memory is nearly used up: the machine has 60 of 2048 MiB of memory left" },
  ]);
  short = undefined;
  expect(await problems()).toEqual([]);
});

/** A cluster at a port that nobody listens on. */
async function kubeconfigOfNobody(): Promise<KubeConfig> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: "gone", server: `https://127.0.0.1:${String(port)}`, skipTLSVerify: true },
    { name: "nobody" },
  );
  return config;
}
