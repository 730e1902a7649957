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
`;

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("files of the lab", () => {
  let started: StartedLab;
  let page: Page;

  beforeAll(async () => {
    started = await startLab("given", {
      "workshop.yaml": "title: Given\nlayout: default\n",
      "pages/01-files.md": PAGE,
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
});
