import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { whyNoContainers } from "./sandboxes-for-tests.js";

const why = whyNoContainers();
if (why !== undefined) process.stdout.write(`left out: the lab running-pods (${why})\n`);

describe.skipIf(why !== undefined)("the lab running-pods", { timeout: 300_000 }, () => {
  it("passes where containers run: logs, commands, a port, a Service, a crash that is mended", async () => {
    const words = ["bin/lectern.js", "validate", "content/running-pods"];
    const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 280_000 });
    expect(stdout).toMatch(/passed in .*31 passed, 0 failed, 2 skipped/);
  });
});
