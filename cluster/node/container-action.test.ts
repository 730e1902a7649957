import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { ProcessRuntime } from "../containers/processes-for-tests.js";
import { type ActionTarget, performAction } from "./container-action.js";

const CONTAINER = { name: "web", image: "busybox:1.36", ports: [{ name: "http", containerPort: 8080 }] };
const TIMEOUT_MS = 50;

/** Gives what it connects to when the test lets it, as a machine does that others use up. */
class SlowRuntime extends ProcessRuntime {
  readonly connection = new Duplex({ read: () => undefined });
  connect: () => void = () => undefined;

  override dial(): Promise<Duplex> {
    return new Promise((resolve) => {
      this.connect = () => resolve(this.connection);
    });
  }
}

describe("a probe that is not answered in its time", () => {
  const ends: (() => void)[] = [];
  afterEach(() => ends.splice(0).forEach((end) => end()));

  function targetOf(runtime: ProcessRuntime): ActionTarget {
    ends.push(() => runtime.close());
    return { runtime, container: CONTAINER, sandbox: "pod", runtimeId: "pod/web/0", address: "10.244.0.2" };
  }

  it.each([
    [{ tcpSocket: { port: 8080 } }, "dial tcp 10.244.0.2:8080: i/o timeout"],
    [
      { httpGet: { port: "http", path: "/ready" } },
      'Get "http://10.244.0.2:8080/ready": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    ],
  ])("fails, however long the connection takes, and lets go of it: %j", async (action, said) => {
    const runtime = new SlowRuntime();
    await expect(performAction(targetOf(runtime), action, TIMEOUT_MS)).rejects.toThrow(said);
    runtime.connect();
    await expect.poll(() => runtime.connection.destroyed).toBe(true);
  });

  it("fails where the server takes the connection and says nothing", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    ends.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const action = { httpGet: { port, path: "/" } };
    await expect(performAction(targetOf(new ProcessRuntime()), action, TIMEOUT_MS)).rejects.toThrow(
      `Get "http://10.244.0.2:${port}/": context deadline exceeded`,
    );
  });
});
