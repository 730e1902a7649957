import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeFiles } from "../../../workshop/node/write-files-for-tests.js";
import { findChromium } from "./find-chromium.js";
import { launchChromium } from "./launch-chromium.js";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lectern-chromium-"));
});
afterEach(() => rmSync(home, { recursive: true }));

async function program(path: string, text = "#!/bin/sh\n"): Promise<string> {
  await writeFiles(home, { [path]: text });
  await chmod(join(home, path), 0o755);
  return join(home, path);
}

it.each([
  "chromium-1200/chrome-linux64/chrome",
  "chromium_headless_shell-1200/chrome-headless-shell-linux64/chrome-headless-shell",
  "chromium-1200/chrome-linux-arm64/chrome",
  "chromium_headless_shell-1200/chrome-headless-shell-linux-arm64/chrome-headless-shell",
  "chromium-1100/chrome-linux/chrome",
  "chromium_headless_shell-1100/chrome-linux/headless_shell",
])("finds the Chromium that Playwright keeps as %s", async (path) => {
  const kept = await program(`.cache/ms-playwright/${path}`);
  expect(findChromium(undefined, "", { home, places: [] })).toBe(kept);
});

it("takes the newest of Playwright's, and one on the search path before them", async () => {
  await program(".cache/ms-playwright/chromium-999/chrome-linux64/chrome");
  const newest = await program(".cache/ms-playwright/chromium-1200/chrome-linux64/chrome");
  expect(findChromium(undefined, "", { home, places: [] })).toBe(newest);
  const onPath = await program("bin/chromium");
  expect(findChromium(undefined, dirname(onPath), { home, places: [] })).toBe(onPath);
});

it("asks Chromium for its sandbox, which root has none of, and says what to do where there is none", async () => {
  const recorder = await program(
    "recorder",
    `#!/bin/sh\necho "$*" > ${home}/arguments\necho "No usable sandbox!" >&2\nexit 1\n`,
  );
  for (const user of [0, 1000]) {
    await expect(launchChromium(recorder, user)).rejects.toThrow("a script with --chromium");
    expect(readFileSync(join(home, "arguments"), "utf8").includes("--no-sandbox")).toBe(user === 0);
  }
});
