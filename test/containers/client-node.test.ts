import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
// oxlint-disable-next-line no-restricted-imports -- The product uses nothing of it for streams, and so does not build that in.
import { CoreV1Api, Exec, KubeConfig, Log, PortForward } from "@kubernetes/client-node";
import type { V1Status } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ProcessRuntime } from "../../cluster/containers/processes-for-tests.js";
import type { Cluster } from "../../cluster/start.js";
import { startCluster } from "../../cluster/start.js";

describe("streams of pods by client-node", () => {
  const folder = mkdtempSync(join(tmpdir(), "lectern-client-node-"));
  const runtime = new ProcessRuntime();
  const config = new KubeConfig();
  let cluster: Cluster;
  let echo: Server;
  beforeAll(async () => {
    cluster = await startCluster({ dataDir: folder, containerRuntime: runtime });
    config.loadFromFile(cluster.kubeconfigPath);
    echo = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
    await once(echo, "listening");
    const api = config.makeApiClient(CoreV1Api);
    const container = { name: "c", image: "busybox", command: ["sh", "-c", "echo here; exec sleep 1000"] };
    const pod = { metadata: { name: "shell" }, spec: { containers: [container] } };
    await vi.waitFor(() => api.createNamespacedPod({ namespace: "default", body: pod }), 60_000);
    const phase = async (): Promise<string | undefined> =>
      (await api.readNamespacedPod({ namespace: "default", name: "shell" })).status?.phase;
    await vi.waitFor(async () => expect(await phase()).toBe("Running"), 60_000);
  });
  afterAll(async () => {
    echo.close();
    await cluster.close();
    runtime.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("runs a command with its input, to its end", async () => {
    const output = collected();
    const input = new PassThrough();
    const status = new Promise<V1Status>((resolve, reject) => {
      const command = ["sh", "-c", "read line; echo got $line; exit 4"];
      new Exec(config)
        .exec("default", "shell", "c", command, output.stream, null, input, false, resolve)
        .catch(reject);
    });
    input.write("it\n");
    expect((await status).details?.causes).toEqual([{ reason: "ExitCode", message: "4" }]);
    expect(output.text()).toBe("got it\n");
  });

  it("tells a command with a terminal its size", async () => {
    const output = collected();
    const terminal = Object.assign(output.stream, { columns: 91, rows: 17 });
    await new Promise<V1Status>((resolve, reject) => {
      const command = [
        "sh",
        "-c",
        "for i in $(seq 100); do [ \"$(stty size)\" = '17 91' ] && break; sleep 0.1; done; stty size",
      ];
      new Exec(config)
        .exec("default", "shell", "c", command, terminal, null, null, true, resolve)
        .catch(reject);
    });
    expect(output.text()).toBe("17 91\r\n");
  });

  it("follows a log", async () => {
    const output = collected();
    const abort = await new Log(config).log("default", "shell", "c", output.stream, { follow: true });
    await expect.poll(output.text).toBe("here\n");
    abort.abort();
  });

  it("forwards a port, and says what cannot be reached", async () => {
    const { port } = echo.address() as AddressInfo;
    const [output, errors] = [collected(), collected()];
    const input = new PassThrough();
    const forward = new PortForward(config);
    const socket = await forward.portForward("default", "shell", [port], output.stream, errors.stream, input);
    input.write("through");
    await expect.poll(output.text).toBe("through");
    (socket as { close(): void }).close();
    await forward.portForward("default", "shell", [1], collected().stream, errors.stream, new PassThrough());
    await expect.poll(errors.text).toContain("error forwarding port 1 to pod");
  });
});

function collected(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  let text = "";
  stream.on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  return { stream, text: () => text };
}
