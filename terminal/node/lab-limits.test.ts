import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultSessionLimits } from "../common/session-limits.js";
import { dialUnixSocket } from "./dial-host.js";
import { connectTerminalHost } from "./connect-terminal-host.js";
import { unixSocketEndpoint } from "./host-endpoint.js";
import { startTerminalHost } from "./start-terminal-host.js";
import { startTestHost, type TestHost } from "./test-host.js";

const MIB = 1024 * 1024;
/** In blocks of 1,024 bytes, as bash counts files; then the files of one process. */
const SHOWN = "ulimit -f; ulimit -n";

describe("the limits of a session whose lab asks for its own", () => {
  const most = { ...defaultSessionLimits, homeBytes: 64 * MIB, openFiles: 512 };
  let test: TestHost;

  beforeAll(async () => {
    test = await startTestHost({ limits: most });
    await test.client.prepare("less", { files: [], limits: { homeBytes: 8 * MIB, openFiles: 128 } });
    await test.client.prepare("more", { files: [], limits: { homeBytes: 900 * MIB, openFiles: 4_000 } });
    await test.client.prepare("none", { files: [] });
  });
  afterAll(() => test.close());

  it("are less than the operator's where it asks for less, and never more", async () => {
    expect(await shown(test.client, "less")).toEqual([8 * 1024, 128]);
    expect(await shown(test.client, "more")).toEqual([64 * 1024, 512]);
    expect(await shown(test.client, "none")).toEqual([64 * 1024, 512]);
  });

  it("end a program that grows over them, and leave the other session its own", async () => {
    const fill = { argv: ["bash", "-c", "head -c 20000000 /dev/zero >large; stat -c %s large"] };
    const [less, none] = await Promise.all([
      test.client.exec("less", fill),
      test.client.exec("none", { ...fill, timeoutMs: 20_000 }),
    ]);
    expect(Buffer.from(less.stdout).toString()).toBe(`${8 * MIB}\n`);
    expect(Buffer.from(none.stdout).toString()).toBe("20000000\n");
  });

  it("hold in the next host too, below the limits it has", async () => {
    await test.client.disconnect();
    await test.host.close();
    const socketPath = `${test.socketPath}.next`;
    const host = await startTerminalHost({
      endpoint: unixSocketEndpoint(socketPath),
      dataDir: `${test.folder}/data`,
      allowUnconfined: process.getuid?.() !== 0,
      limits: { ...most, openFiles: 200, homeBytes: 128 * MIB },
    });
    const client = await connectTerminalHost({ dial: dialUnixSocket(socketPath) });
    try {
      expect(await shown(client, "less")).toEqual([8 * 1024, 128]);
      expect(await shown(client, "more")).toEqual([128 * 1024, 200]);
    } finally {
      await client.disconnect();
      await host.close();
    }
  });
});

async function shown(client: TestHost["client"], session: string): Promise<number[]> {
  const { stdout } = await client.exec(session, { argv: ["bash", "-c", SHOWN] });
  return Buffer.from(stdout).toString().trim().split("\n").map(Number);
}
