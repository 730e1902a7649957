import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HomeFile } from "../common/session-host.js";
import { startTestHost, type TestHost } from "./test-host.js";

/** Ten thousand files take a while on a busy machine. */
const PATIENCE_MS = 120_000;

const session = "files";
let test: TestHost;

beforeAll(async () => {
  test = await startTestHost();
  await test.client.prepare(session, { files: someFiles() });
});
afterAll(() => test.close());

async function* someFiles(): AsyncIterable<HomeFile> {
  yield { path: "lab/run.sh", content: "#!/bin/sh\necho ran\n", mode: 0o755 };
  yield { path: `${"long-name/".repeat(20)}deep.txt`, content: "deep" };
  yield { path: "away", linkTo: "/usr" };
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

function versionOf(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

async function inHome(line: string): Promise<void> {
  const result = await test.client.exec(session, { argv: ["bash", "-c", line], timeoutMs: PATIENCE_MS });
  expect([result.exitStatus, text(result.stderr)]).toEqual([0, ""]);
}

/** Path, size and permissions of every file that is the learner's. */
async function sizes(name: string): Promise<string> {
  const argv = ["bash", "-c", "find . -type f -printf '%p %s %m %U\\n' | sed \"s/ $(id -u)$//\" | sort"];
  return text((await test.client.exec(name, { argv })).stdout);
}

describe("the files of a new home", () => {
  it("are the learner's, with their permissions, whatever their names' length", async () => {
    const { stdout } = await test.client.exec(session, { argv: ["lab/run.sh"] });
    expect(text(stdout)).toBe("ran\n");
    expect(text(await test.client.read(session, `${"long-name/".repeat(20)}deep.txt`))).toBe("deep");
    const owners = await test.client.exec(session, {
      argv: ["bash", "-c", "stat -c %u ~ ~/lab ~/lab/run.sh | uniq; id -u"],
    });
    const [owner, learner] = text(owners.stdout).split("\n");
    expect(owner).toBe(learner);
  });

  it("are the last of each name, also below a folder that is a link, and those too many for one call", async () => {
    const files: HomeFile[] = [
      { path: "twice", content: "first" },
      { path: "twice", content: "second", mode: 0o600 },
      { path: ".kube/config", content: "mine" },
    ];
    const link: HomeFile[] = [
      { path: "real/one", content: "1" },
      { path: "linked", linkTo: "real" },
      { path: "linked/two", content: "2" },
    ];
    const many = Array.from({ length: 100 }, (_, at) => ({ path: `many/${at}`, content: String(at) }));
    const large = [{ path: "large", content: Buffer.alloc(400_000, "x") }];
    try {
      await test.client.prepare("last", { files });
      expect(await sizes("last")).toBe("./.kube/config 4 644\n./twice 6 600\n");
      await test.client.prepare("last", { files: link });
      expect(await sizes("last")).toBe("./real/one 1 644\n./real/two 1 644\n");
      await test.client.prepare("last", { files: [...many, ...large, ...files.slice(0, 2)] });
      expect((await sizes("last")).split("\n")).toHaveLength(103);
    } finally {
      await test.client.close("last");
    }
  });

  it("are laid out where their text is long in bytes alone, and where one has more permissions than a call says", async () => {
    const wide = "\u8a9e".repeat(200_000);
    try {
      await test.client.prepare("wide", { files: [{ path: "wide", content: wide }] });
      expect(await sizes("wide")).toBe("./wide 600000 644\n");
      await test.client.prepare("wide", { files: [{ path: "run.sh", content: "", mode: 0o100755 }] });
      expect(await sizes("wide")).toBe("./run.sh 0 755\n");
    } finally {
      await test.client.close("wide");
    }
  });

  it("stay in it", async () => {
    for (const path of ["/etc/x", "../x", "a/../../x", ""])
      await expect(test.client.prepare("outside", { files: [{ path, content: "" }] })).rejects.toMatchObject({
        code: "TERMINAL_FILE_UNUSABLE",
      });
    await test.client.close("outside");
  });
});

describe("reading", () => {
  it("gives the bytes as they are", async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    await test.client.write(session, { path: "bytes", content: bytes });
    expect(Buffer.from(await test.client.read(session, "bytes")).equals(bytes)).toBe(true);
  });

  it.each([
    ["a pipe", "mkfifo at", "neither a file nor a folder"],
    ["a device without end", "ln -s /dev/zero at", "neither a file nor a folder"],
    ["a link to a pipe", "mkfifo pipe; ln -s pipe at", "neither a file nor a folder"],
    ["a folder", "mkdir at", "it is a folder"],
    ["nothing", "true", "it is not there"],
    ["a link to itself", "ln -s at at", "it is not there"],
    ["a closed file", "touch at; chmod 0 at", "Permission denied"],
    ["a file larger than asked for", "truncate -s 900M at", "more than 1048576 bytes"],
  ])("says what is in the way: %s", async (_, line, reason) => {
    await inHome(`rm -rf trial; mkdir trial; cd trial; ${line}`);
    await expect(test.client.read(session, "trial/at")).rejects.toMatchObject({
      code: "TERMINAL_FILE_UNUSABLE",
      message: expect.stringContaining(reason) as string,
    });
  });
});

describe("writing", () => {
  it("replaces a link instead of following it", async () => {
    await inHome("echo precious > target; ln -s target link");
    await test.client.write(session, { path: "link", content: "new", mode: 0o600 });
    expect(text(await test.client.read(session, "target"))).toBe("precious\n");
    expect(text(await test.client.read(session, "link"))).toBe("new");
    await inHome("[ ! -L link ] && [ $(stat -c %a link) = 600 ]");
  });

  it("goes no further than its learner does, through a folder that leads away", async () => {
    await expect(test.client.write(session, { path: "away/written", content: "x" })).rejects.toMatchObject({
      code: "TERMINAL_FILE_UNUSABLE",
    });
  });

  it("makes folders, leaves nothing half-written beside, and puts nothing into a folder of that name", async () => {
    await test.client.write(session, { path: "new/folder/file", content: "x".repeat(3_000_000) });
    expect((await test.client.list(session, "new/folder")).entries).toMatchObject([
      { name: "file", kind: "file", size: 3_000_000 },
    ]);
    await expect(test.client.write(session, { path: "new", content: "x" })).rejects.toThrow("it is a folder");
  });
});

describe("replacing", () => {
  it("changes what is as it was read, follows links and keeps permissions", async () => {
    await inHome("printf one > real.sh; chmod 750 real.sh; ln -s real.sh by-link.sh");
    await test.client.replace(session, { path: "by-link.sh", content: "two", version: versionOf("one") });
    expect(text(await test.client.read(session, "real.sh"))).toBe("two");
    await inHome("[ -L by-link.sh ] && [ $(stat -c %a real.sh) = 750 ]");
  });

  it("refuses what somebody has changed, made or removed meanwhile, and writes nothing", async () => {
    await inHome("printf theirs > shared; mkdir -p sub");
    const changed = { code: "TERMINAL_FILE_CHANGED" };
    await expect(
      test.client.replace(session, { path: "shared", content: "mine", version: versionOf("older") }),
    ).rejects.toMatchObject(changed);
    await expect(test.client.replace(session, { path: "shared", content: "mine" })).rejects.toMatchObject(
      changed,
    );
    await expect(
      test.client.replace(session, { path: "sub/gone", content: "mine", version: versionOf("older") }),
    ).rejects.toMatchObject(changed);
    expect(text(await test.client.read(session, "shared"))).toBe("theirs");
    expect((await test.client.list(session, "sub")).entries).toEqual([]);
  });

  it("makes a file that is not there, in a folder that is", async () => {
    await inHome("mkdir -p sub");
    await test.client.replace(session, { path: "sub/made", content: "" });
    await inHome("[ $(stat -c '%a %s' sub/made | tr ' ' -) = 644-0 ]");
    await expect(
      test.client.replace(session, { path: "no-such-folder/made", content: "" }),
    ).rejects.toMatchObject({
      code: "TERMINAL_FILE_UNUSABLE",
      message: expect.stringContaining("its folder is not there") as string,
    });
  });

  it("makes the folders on the way to it where that is asked for", async () => {
    await test.client.replace(session, { path: "far/away/made", content: "x", makesFolders: true });
    expect(text(await test.client.read(session, "far/away/made"))).toBe("x");
  });

  it.each([
    ["a pipe", "mkfifo at"],
    ["a folder", "mkdir at"],
    ["a file that may not be written", "touch at; chmod 400 at"],
    ["a link to a device", "ln -s /dev/null at"],
    ["a link out of what the learner may write", "ln -s /usr/written at"],
  ])("says what is in the way: %s", async (_, line) => {
    await inHome(`rm -rf trial; mkdir trial; cd trial; ${line}`);
    await expect(
      test.client.replace(session, { path: "trial/at", content: "x", version: versionOf("") }),
    ).rejects.toMatchObject({ code: expect.stringMatching(/TERMINAL_FILE_(UNUSABLE|CHANGED)/) as string });
    await inHome("cd trial; [ $(ls -A | wc -l) = 1 ]");
  });
});

describe("listing", () => {
  it("tells kinds apart, takes any name, and stops at its bound", async () => {
    await inHome("mkdir many; cd many; mkdir folder; mkfifo pipe; ln -s folder link; touch $'a\\nb \\x01é'");
    const { entries } = await test.client.list(session, "many");
    expect(entries.map(({ name, kind }) => `${kind} ${name}`).toSorted()).toEqual([
      "file a\nb \u0001é",
      "folder folder",
      "link link",
      "other pipe",
    ]);
    await inHome("cd many; seq 10100 | xargs touch");
    const all = await test.client.list(session, "many");
    expect([all.entries.length, all.isTruncated]).toEqual([10_000, true]);
    await expect(test.client.list(session, "many/pipe")).rejects.toThrow("it is not a folder");
    expect((await test.client.list(session, "")).entries.map(({ name }) => name)).toContain("many");
  });
});
