import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultSessionLimits } from "../../common/session-limits.js";
import { SessionFolders } from "../session-folder.js";
import { startTestHost, type TestHost } from "../test-host.js";
import { DiskQuota } from "./disk-quota.js";
import { Sandboxes } from "./sandboxes.js";

const MIB = 1024 * 1024;
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("skipping the quota of homes: it needs a small disk, which only root may mount");

describe("where nobody can count", () => {
  const folder = mkdtempSync(join(tmpdir(), "uncounted-"));
  const limits = defaultSessionLimits;
  afterAll(() => rmSync(folder, { recursive: true }));

  it("no session is said to take too much, and its programs go on", async () => {
    const program = spawn("sh", ["-c", `while sleep 0.01; do date >> ${join(folder, "file")}; done`]);
    const told: string[] = [];
    const confinement = { kind: "none" as const, description: "not confined" };
    const sandboxes = await Sandboxes.start({
      owner: "uncounted",
      limits,
      confinement,
      report: () => undefined,
    });
    const made = new SessionFolders(folder, { readOnlyPaths: [], searchPath: "", limits });
    made.reserve("one");
    const { place: session } = made.make("one", undefined, { reaches: [] });
    const quota = new DiskQuota({
      folder,
      sessions: () => [session],
      hasOwnTemporary: false,
      measure: (name, folders) => sandboxes.measure(name, folders),
      processes: () => [program.pid ?? 0],
      tell: (_, text) => told.push(text),
      report: (line) => told.push(line),
    });
    await wait(1_500);
    await quota.stop();
    await sandboxes.stop();
    expect(told).toEqual([]);
    expect(program.kill("SIGKILL")).toBe(true);
  });

  it("because the disk is gone, that is told, and it can be stopped", async () => {
    const told: string[] = [];
    const quota = new DiskQuota({
      folder: join(folder, "gone"),
      sessions: () => [],
      hasOwnTemporary: false,
      measure: async () => undefined,
      processes: () => [],
      tell: () => undefined,
      report: (line) => told.push(line),
    });
    await expect.poll(() => told.join()).toContain("ENOENT");
    await quota.stop();
  });
});

describe("a home over its limit that does not grow any more", () => {
  const folder = mkdtempSync(join(tmpdir(), "full-home-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is told of once, though the recording grows by what is told", async () => {
    const program = spawn("sleep", ["60"]);
    const limits = { ...defaultSessionLimits, homeBytes: MIB };
    const made = new SessionFolders(folder, { readOnlyPaths: [], searchPath: "", limits });
    made.reserve("one");
    const { place: session } = made.make("one", undefined, { reaches: [] });
    const told: string[] = [];
    let counts = 0;
    const quota = new DiskQuota({
      folder,
      sessions: () => [session],
      hasOwnTemporary: true,
      measure: async () => ({
        uses: [
          { bytes: 2 * MIB, files: 1 },
          { bytes: 4096 * counts++, files: 1 },
        ],
        removedBytes: 0,
      }),
      processes: () => [program.pid ?? 0],
      tell: (_, text) => told.push(text),
      report: () => undefined,
    });
    await expect.poll(() => counts).toBeGreaterThan(6);
    await quota.stop();
    expect(told).toEqual(["Your home takes 2 MiB, 1 MiB are allowed. Remove files to go on."]);
    expect(program.kill("SIGKILL")).toBe(true);
  });
});

describe.skipIf(!isRoot)("a home that grows over its limit", () => {
  const greedy = { session: "greedy", terminal: "1" };
  const modest = { session: "modest", terminal: "1" };
  const disk = mkdtempSync(join(tmpdir(), "quota-"));
  let test: TestHost;

  beforeAll(async () => {
    // Nothing here may fill the machine's own disk.
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=200m,mode=0711", "tmpfs", disk]);
    chmodSync(disk, 0o711);
    const limits = { ...defaultSessionLimits, homeBytes: 40 * MIB, homeFiles: 2_000 };
    test = await startTestHost({ dataDir: join(disk, "data"), limits, report: () => undefined });
    await test.open(greedy);
    await test.open(modest);
  });
  afterAll(async () => {
    await test.close();
    execFileSync("umount", ["-l", disk]);
    rmSync(disk, { recursive: true });
  });

  const run = (address: typeof greedy, text: string) =>
    test.client.run(address, { id: crypto.randomUUID(), text });

  it("is told in the terminal, and the other goes on", async () => {
    const filling = run(
      greedy,
      "for i in 1 2 3; do head -c 35000000 /dev/zero > f$i; sleep 2; done; ls | wc -l",
    );
    expect(await run(modest, "head -c 1000000 /dev/zero > mine && echo fine")).toMatchObject({
      output: "fine\n",
    });
    const { output } = await filling;
    expect(output).toMatch(/Lectern: Your home takes [\d.]+ MiB, 40 MiB are allowed\./);
    await expect.poll(async () => (await test.client.largest("disk"))[0]?.session).toBe("greedy");
    expect((await run(modest, "cat mine | wc -c")).output).toBe("1000000\n");
  });

  it("holds no more files than it may without a word", async () => {
    await run(greedy, "rm -f f*");
    // Growing from one count over a limit to the next is held against the session until it was seen below.
    await expect
      .poll(
        async () => (await test.client.largest("disk")).find(({ session }) => session === "greedy")?.bytes,
      )
      .toBeLessThan(40 * MIB);
    const filling = run(
      greedy,
      "mkdir many; for i in {1..15000}; do : > many/$i; done; sleep 18; rm -r many",
    );
    expect((await filling).output).toMatch(/Lectern: Your home has \d+ files, 2000 are allowed/);
  });

  it("is held to its size also in files that were removed and are still open", async () => {
    await run(greedy, "rm -rf f* many; true");
    const keeping = run(
      greedy,
      "exec 5>x 6>y 7>z; rm x y z; for n in 5 6 7; do head -c 30000000 /dev/zero >&$n; done; sleep 60",
    );
    const { reason } = await keeping;
    expect(reason).toContain("the shell ended");
    await test.client.open(greedy, { env: {} });
    expect(await run(modest, "echo fine")).toMatchObject({ output: "fine\n" });
    // The room is there once the last of what had the files open has died.
    await expect.poll(() => statfsSync(disk).bfree * statfsSync(disk).bsize).toBeGreaterThan(150 * MIB);
  });

  it("is not taken faster than anybody can look", async () => {
    const { output } = await run(greedy, "fallocate -l 30000000 at-once; ls -s at-once");
    expect(output).toMatch(/not supported[^]*^0 at-once/m);
  });

  it("is given back when its session ends, however full the disk is", async () => {
    await run(greedy, "for i in 1 2 3 4 5 6; do head -c 39000000 /dev/zero > g$i; done; true");
    await test.client.close("greedy");
    expect(await test.client.sessions()).toEqual(["modest"]);
    await expect
      .poll(async () => (await test.client.largest("disk")).map(({ session }) => session))
      .toEqual(["modest"]);
    expect(await run(modest, "echo still")).toMatchObject({ output: "still\n" });
  });
});
