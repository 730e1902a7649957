import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestHost, type TestHost } from "./test-host.js";

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("skipping the giving away of homes: only root can give files to another account");

describe.skipIf(!isRoot)("a home given to its account", () => {
  let test: TestHost;
  const address = { session: "home-test", terminal: "1" };

  beforeAll(async () => {
    test = await startTestHost();
  });
  afterAll(() => test.close());

  it("brings its own files along and nothing that a link in it leads to", async () => {
    const shell = test.shell(301);
    const outside = join(test.folder, "outside");
    mkdirSync(join(outside, "deep"), { recursive: true });
    writeFileSync(join(outside, "deep", "secret"), "");
    mkdirSync(join(shell.home, "lab"));
    writeFileSync(join(shell.home, "lab", "file"), "");
    symlinkSync(outside, join(shell.home, "lab", "link"));
    await test.client.open(address, shell);
    expect(statSync(join(shell.home, "lab", "file")).uid).toBe(shell.account?.uid);
    expect(statSync(join(outside, "deep")).uid).toBe(0);
    expect(statSync(join(outside, "deep", "secret")).uid).toBe(0);
  });
});
