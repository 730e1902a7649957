import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { giveLifeSigns } from "./life-sign.js";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "life-sign-"))));
afterEach(() => rmSync(folder, { recursive: true }));

it("writes the time again and again into the same few bytes", async () => {
  const file = join(folder, "sign");
  const stop = giveLifeSigns(file, 20);
  try {
    const first = readFileSync(file, "utf8");
    expect(Number(first)).toBeGreaterThan(1_700_000_000);
    await expect.poll(() => readFileSync(file, "utf8")).not.toBe(first);
    expect(readFileSync(file, "utf8")).toHaveLength(first.length);
    expect(
      execFileSync("bash", ["-c", 'read -r sign <"$0" && echo $(( $(date +%s) - sign < 60 ))', file], {
        encoding: "utf8",
      }),
    ).toBe("1\n");
  } finally {
    stop();
  }
});
