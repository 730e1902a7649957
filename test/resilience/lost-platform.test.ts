import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadLab } from "../../workshop/node/load-lab.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import { type TestPlatform, startTestPlatform } from "../labs/test-platform.js";

let platform: TestPlatform;
let folder: string;

beforeEach(async () => {
  platform = await startTestPlatform();
  folder = mkdtempSync(join(tmpdir(), "lectern-lost-test-"));
});

afterEach(async () => {
  await platform.close();
  rmSync(folder, { recursive: true });
});

describe("a validation", () => {
  it("whose terminal host is lost has no verdict on the lab: it throws what the platform threw", async () => {
    const file = join(folder, "long.md");
    writeFileSync(file, "# Long\n\n```execute\nsleep 1000\n```\n");
    const running = new Promise<void>((resolve) => {
      platform.host.onEvent(({ type }) => type === "command-started" && resolve());
    });
    const validation = validateLab(await loadLab(file), { ...platform, policies: platform.policies.service });
    void running.then(() => platform.host.disconnect());
    await expect(validation).rejects.toMatchObject({ code: "TERMINAL_HOST_LOST" });
  });

  it("that is stopped does not wait for the command it had begun", async () => {
    const file = join(folder, "long.md");
    writeFileSync(file, "# Long\n\n```execute\nsleep 1000\n```\n");
    const stop = new AbortController();
    platform.host.onEvent(({ type }) => type === "command-started" && stop.abort(new Error("stopped")));
    const parts = { ...platform, policies: platform.policies.service };
    await expect(validateLab(await loadLab(file), parts, { signal: stop.signal })).rejects.toThrow("stopped");
  });
});
