import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import { dialUnixSocket, hostUnreachable } from "../../terminal/node/dial-host.js";
import { type TestHost, startTestHost } from "../../terminal/node/test-host.js";
import { runToItsEnd } from "../../workshop/node/heard-command.js";

/** How long calls wait for a host, in the place of the seconds of a server. */
const RECONNECT_MS = 100;
const address = { session: "unheard", terminal: "1" };

describe("a terminal host that is not heard for longer than calls wait for it", () => {
  const sockets = new Set<Socket>();
  let isHeard = true;
  let test: TestHost;
  let far: SessionHost;

  beforeAll(async () => {
    test = await startTestHost();
    await test.open(address);
    const straight = dialUnixSocket(test.socketPath);
    const dial = async (): Promise<Socket> => {
      if (!isHeard) throw hostUnreachable("the far end", new Error("no answer"));
      const socket = await straight();
      sockets.add(socket);
      return socket;
    };
    far = await connectTerminalHost({ dial, reconnectMs: RECONNECT_MS });
  });
  afterAll(async () => {
    await far?.disconnect();
    await test?.close();
  });

  it("tells what became of a command that ended meanwhile, which has run once", async () => {
    const command = { id: "once", text: "echo ran >>runs; read line <go; cat runs" };
    await test.client.run(address, { id: "pipe", text: "mkfifo go" });
    const outcome = runToItsEnd(far, address, command);
    await expect.poll(() => test.client.outcome(address, "once")).toBe("running");
    await silence();
    await test.client.exec(address.session, { argv: ["bash", "-c", "echo >go"] });
    await expect.poll(() => test.client.outcome(address, "once")).toMatchObject({ status: "succeeded" });
    isHeard = true;
    expect(await outcome).toMatchObject({ status: "succeeded", output: "ran\n" });
  });

  it("does not begin a command again that went with its shell", async () => {
    const lost = runToItsEnd(far, address, { id: "lost", text: "echo ran >>lost; sleep 100" });
    const rejection = expect(lost).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
    await expect.poll(() => test.client.outcome(address, "lost")).toBe("running");
    await silence();
    await test.client.endShell(address);
    await expect.poll(async () => (await test.client.terminals())[0]?.state).toBe("exited");
    await test.open(address);
    isHeard = true;
    await rejection;
    expect(await test.client.run(address, { id: "look", text: "cat lost" })).toMatchObject({
      output: "ran\n",
    });
  });

  /** Breaks what there is, and waits until whoever called has given up. */
  async function silence(): Promise<void> {
    isHeard = false;
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await expect(far.sessions()).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  }
});
