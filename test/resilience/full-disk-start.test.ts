import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { canMount, mountSmallDisk } from "../../server/small-disk-for-tests.js";
import type { SessionHost } from "../../terminal/common/session-host.js";
import { connectTerminalHost } from "../../terminal/node/connect-terminal-host.js";
import { dialUnixSocket } from "../../terminal/node/dial-host.js";
import { unixSocketEndpoint } from "../../terminal/node/host-endpoint.js";
import { startTerminalHost, type RunningTerminalHost } from "../../terminal/node/start-terminal-host.js";

if (!canMount()) process.stderr.write("left out: sessions on a full disk (nothing can be mounted here)\n");

const MIB = 1024 * 1024;
const FILES = Array.from({ length: 40 }, (_, at) => ({
  path: `lab/file-${at}`,
  content: Buffer.alloc(100_000),
}));

describe.skipIf(!canMount())("a session that is to start where there is no room", () => {
  const folder = mkdtempSync(join(tmpdir(), "full-disk-"));
  const disk = join(folder, "disk");
  const dataDir = join(disk, "data");
  const filler = join(disk, "filler");
  let unmount: () => void;
  let host: RunningTerminalHost;
  let client: SessionHost;

  beforeAll(async () => {
    chmodSync(folder, 0o711);
    mkdirSync(disk);
    unmount = mountSmallDisk(disk, "size=24m,nr_inodes=600,mode=711");
    const socketPath = join(folder, "run", "host.sock");
    host = await startTerminalHost({
      endpoint: unixSocketEndpoint(socketPath),
      dataDir,
      allowUnconfined: process.getuid?.() !== 0,
    });
    client = await connectTerminalHost({ dial: dialUnixSocket(socketPath) });
    await client.prepare("before", { files: [{ path: "own", content: "kept" }] });
  });
  afterAll(async () => {
    await client.disconnect();
    await host.close();
    unmount();
    rmSync(folder, { recursive: true });
  });

  async function expectNothingOf(session: string): Promise<void> {
    expect(await client.sessions()).toEqual(["before"]);
    expect(existsSync(join(dataDir, "sessions", session))).toBe(false);
    const said = await client.exec("before", { argv: ["cat", "own"] });
    expect(Buffer.from(said.stdout).toString()).toBe("kept");
  }

  it.each([
    ["for all of its files", 2 * MIB],
    ["for a single byte", 0],
  ])("fails with the reason and leaves nothing behind: no bytes %s", async (_, left) => {
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - left));
    await expect(client.prepare("late", { files: FILES })).rejects.toMatchObject({
      code: expect.stringMatching(/^TERMINAL_/) as string,
      message: expect.stringMatching(/No space left on device|no space/i) as string,
    });
    rmSync(filler);
    await expectNothingOf("late");
  });

  it.each([
    ["for all of its files", 20],
    ["for its folder", 0],
  ])("fails with the reason and leaves nothing behind: no files left %s", async (_, left) => {
    const many = join(disk, "many");
    mkdirSync(many);
    const { ffree } = statfsSync(disk);
    for (let file = 0; file < ffree - left; file += 1) writeFileSync(join(many, String(file)), "");
    await expect(client.prepare("late", { files: FILES })).rejects.toMatchObject({
      code: expect.stringMatching(/^TERMINAL_/) as string,
      message: expect.stringMatching(/No space left on device|no space/i) as string,
    });
    rmSync(many, { recursive: true });
    await expectNothingOf("late");
  });

  it("starts as soon as there is room", async () => {
    await client.prepare("late", { files: FILES });
    expect((await client.list("late", "lab")).entries).toHaveLength(FILES.length);
  });

  it("is told where only its token does not fit, and goes on as it was", async () => {
    await client.write("late", { path: ".kube/config", content: "old" });
    const { bavail, bsize } = statfsSync(disk);
    // A program still starts there.
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 24 * 1024));
    await expect(
      client.write("late", { path: ".kube/config", content: Buffer.alloc(100_000) }),
    ).rejects.toMatchObject({
      code: "TERMINAL_FILE_UNUSABLE",
      message: expect.stringContaining("cannot be written: no space is left on the disk") as string,
    });
    rmSync(filler);
    expect(Buffer.from(await client.read("late", ".kube/config")).toString()).toBe("old");
    expect((await client.list("late", ".kube")).entries.map(({ name }) => name)).toEqual(["config"]);
  });
});
