import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { launchChromium, openPage } from "./chromium.js";
import { startLectern, type LecternServer } from "./lectern-server.js";
import { writeLab } from "./write-lab.js";

const STEP_DEADLINE_MS = 60_000;

function pageWith(heading: string, command: string): string {
  return `# One\n\n## ${heading}\n\n\`\`\`execute-1\n${command}\n\`\`\`\n`;
}

// What an author saves is on the page that is open, and nothing else of it changes.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("lectern dev", () => {
  const lab = writeLab("draft", {
    "workshop.yaml": "title: Draft\nlayout: default\npages: [one]\n",
    "pages/one.md": pageWith("First thoughts", "x=kept-$((40 + 2)); echo $x"),
  });
  const save = (text: string): void => writeFileSync(join(lab.folder, "pages/one.md"), text);
  let server: LecternServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = await startLectern([lab.folder], "dev");
    browser = await launchChromium();
    ({ page } = await openPage(browser));
    page.setDefaultTimeout(STEP_DEADLINE_MS);
    await page.goto(server.url);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { name: "First thoughts" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    lab.remove();
  });

  it("shows what was saved without a reload, in the session and the shell that are open", async () => {
    await page.getByRole("button", { name: /^Run in terminal 1/ }).click();
    const terminal = page.getByRole("region", { name: "Terminal 1" });
    await terminal.getByText("kept-42").first().waitFor();
    await page.evaluate("globalThis.isSamePage = true");
    save(pageWith("Second thoughts", "echo again-$x"));
    await page.getByRole("heading", { name: "Second thoughts" }).waitFor();
    await page.getByRole("button", { name: /^Run in terminal 1/ }).click();
    await terminal.getByText("again-kept-42").waitFor();
    expect(await page.evaluate("globalThis.isSamePage")).toBe(true);
  });

  it("says what is wrong with it, where it was started, and keeps what was good", async () => {
    save(pageWith("Third thoughts", "echo {{ nothing }}"));
    await expect.poll(() => server.output()).toMatch(/pages\/one\.md:6\b.*nothing/);
    await page.getByRole("heading", { name: "Third thoughts" }).waitFor();
    writeFileSync(join(lab.folder, "workshop.yaml"), "title: [\n");
    await expect.poll(() => server.output()).toMatch(/workshop\.yaml/);
    expect(await page.getByRole("heading", { name: "Third thoughts" }).isVisible()).toBe(true);
    writeFileSync(join(lab.folder, "workshop.yaml"), "title: Draft\nlayout: default\npages: [one]\n");
    save(pageWith("Last thoughts", "echo last"));
    await page.getByRole("heading", { name: "Last thoughts" }).waitFor();
  });
});
