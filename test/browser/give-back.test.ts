import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, takePicture } from "./chromium.js";
import { type StartedLab, startLab } from "./started-lab.js";

const PAGE = `# Files

\`\`\`execute-1
echo spoilt > notes.txt; rm ~/.kube/config; echo mine > own.txt
\`\`\`

\`\`\`execute-1
kubectl get pods && cat notes.txt own.txt
\`\`\`

\`\`\`execute-1
echo third
\`\`\`
`;

const CHECKS = `workspaces: [team]
pages:
  - page: 1
    steps:
      - before: 2
        title: Create no-latest in the console
        applyPolicy:
          fullName: { name: no-latest, workspaceName: team }
          spec: { type: image-policy, recipe: block-latest-tag, recipeVersion: v1, input: { audit: false } }
`;

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("files of the lab", () => {
  let started: StartedLab;
  let page: Page;

  beforeAll(async () => {
    started = await startLab("given", {
      "workshop.yaml": "title: Given\nlayout: default\n",
      "pages/01-files.md": PAGE,
      "checks.yaml": CHECKS,
      "files/notes.txt": "as it was\n",
    });
    ({ page } = started);
    await page
      .getByRole("button", { name: /^Run in terminal 1/ })
      .first()
      .waitFor();
  });
  afterAll(() => started?.close());

  it("come back as they were, the kubeconfig with them, and nothing else changes", async () => {
    const run = (command: string) =>
      page.locator(".block", { hasText: command }).getByRole("button", { name: /^Run/ }).click();
    await run("echo spoilt");
    await page.getByText("Succeeded").first().waitFor();
    await page.getByRole("button", { name: "Help and keys" }).click();
    const files = page.getByLabel("Give me back a file as the lab brings it");
    await files.locator("option", { hasText: "~/notes.txt" }).waitFor({ state: "attached" });
    for (const path of [".kube/config", "notes.txt"]) {
      await files.selectOption(path);
      await page.getByRole("button", { name: "Give it back" }).click();
      await page
        .getByRole("status")
        .filter({ hasText: `~/${path} is as the lab brings it.` })
        .first()
        .waitFor();
    }
    await takePicture(page, "give-back");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await files.waitFor({ state: "detached" });
    await run("kubectl get pods");
    await page.getByText("Succeeded").nth(1).waitFor();
  });

  it("go home in one archive", async () => {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download everything" }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^given-.*\.tar\.gz$/);
    const packed = spawnSync("tar", ["-tzf", await file.path()], { encoding: "utf8" });
    expect([packed.status, packed.stderr]).toEqual([0, ""]);
    expect(packed.stdout).toMatch(/own\.txt$/m);
    expect(packed.stdout).not.toContain(".kube/config");
  });

  it("are kept by a transcript of what was run with them", async () => {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download transcript" }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^given-.*\.md$/);
    const text = readFileSync(await file.path(), "utf8");
    expect(text).toMatch(/^# Given\n[^]*## Files\n[^]*rm ~\/\.kube\/config[^]*succeeded, exit status 0/);
    expect(text).toContain("as it was\nmine");
    await page.setViewportSize(SIZES[2]);
    await page.getByRole("button", { name: "Download transcript" }).scrollIntoViewIfNeeded();
    await takePicture(page, "transcript-390");
  });

  it("stand beside a person's step, which is done for who asks for it", async () => {
    await page.setViewportSize(SIZES[0]);
    await page.getByRole("button", { name: "Do this step for me: Create no-latest in the console" }).click();
    await page.getByText("Done for you: Create no-latest in the console").first().waitFor();
    await takePicture(page, "done-for-me");
    // What screen readers were told of the button is taken away after some seconds.
    await expect.poll(() => page.locator("[data-live-announcer] [role=img]").count()).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    const session = /\/s\/([^/?]+)/.exec(page.url())?.[1] ?? "";
    await page.goto(`${started.server.url}s/${session}/console/policies/image-registry/workspaces/team`);
    await page.getByText("no-latest").first().waitFor();
  });
});
