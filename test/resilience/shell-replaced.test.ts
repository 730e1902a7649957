import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { dialUnixSocket } from "../../terminal/node/dial-host.js";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import { openTestGateway, type TestGateway } from "../../terminal/node/gateway-for-tests.js";
import { unixSocketEndpoint } from "../../terminal/node/host-endpoint.js";
import { startTerminalHost } from "../../terminal/node/start-terminal-host.js";
import { openShell, startTestHost, type TestHost } from "../../terminal/node/test-host.js";
import { TerminalConnection } from "../../terminal/browser/terminal-connection.js";

const address = { session: "replaced", terminal: "1" };
const decoder = new TextDecoder();
let test: TestHost;
let gateway: TestGateway;
let connection: TerminalConnection;
let shown: string;
let replaced: number;
let isServed: boolean;

beforeEach(async () => {
  test = await startTestHost();
  gateway = await openTestGateway(test.socketPath);
  shown = "";
  replaced = 0;
  isServed = true;
  vi.stubGlobal(
    "WebSocket",
    class extends WebSocket {
      constructor(url: string) {
        super(url, { origin: new URL(url.replace("ws", "http")).origin });
        // A browser's socket tells a failure by its close alone.
        this.on("error", () => undefined);
      }
    },
  );
  await test.open(address);
  await test.client.run(address, { id: "ready", text: "kept=4711" });
  const screen = {
    write: (data: Uint8Array, parsed: () => void) => {
      shown += decoder.decode(data, { stream: true });
      parsed();
    },
    beginRestoring: () => void (shown = ""),
    endRestoring: () => undefined,
    setSize: () => undefined,
    wishedSize: () => undefined,
  };
  const connect = (): Promise<string> => {
    if (!isServed) return Promise.reject(new Error("the server is away"));
    const ticket = gateway.tickets.issue({ address, user: "learner", readOnly: false });
    return Promise.resolve(`${gateway.origin.replace("http", "ws")}/replaced/1?ticket=${ticket}`);
  };
  connection = new TerminalConnection({ connect, screen, onReplaced: () => (replaced += 1) });
  await expect.poll(() => connection.state).toBe("online");
});
afterEach(async () => {
  connection.close();
  await gateway.close();
  await test.close();
  vi.unstubAllGlobals();
});

it("a shell that ran on while the server was away is the same one, and gets what was typed meanwhile", async () => {
  isServed = false;
  await gateway.close();
  await expect.poll(() => connection.state).toBe("reconnecting");
  connection.input("echo kept=$kept\r");
  gateway = await openTestGateway(test.socketPath);
  isServed = true;
  connection.retryNow();
  await expect.poll(() => shown).toContain("kept=4711\r\n");
  expect(replaced).toBe(0);
});

it("a shell of a restarted host is told to be another one, and gets nothing of what was typed before", async () => {
  isServed = false;
  await gateway.close();
  await expect.poll(() => connection.state).toBe("reconnecting");
  connection.input("touch typed-for-the-old-shell\r");
  await test.host.close();
  const allowUnconfined = process.getuid?.() !== 0;
  const host = await startTerminalHost({
    endpoint: unixSocketEndpoint(test.socketPath),
    dataDir: join(test.folder, "data"),
    allowUnconfined,
  });
  const client = await connectTerminalHost({ dial: dialUnixSocket(test.socketPath) });
  await openShell(client, address);
  gateway = await openTestGateway(test.socketPath);
  isServed = true;
  connection.retryNow();
  await expect.poll(() => replaced).toBe(1);
  const after = await client.run(address, { id: "after", text: "echo kept=$kept; ls" });
  expect(after).toMatchObject({ status: "succeeded", output: "kept=\n" });
  await client.disconnect();
  await host.close();
});
