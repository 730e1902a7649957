import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { supervisedPid } from "../server/lectern-process.js";
import { takePicture } from "./chromium.js";
import { type StartedLab, startLab } from "./started-lab.js";

const DEADLINE_MS = 60_000;
const FILES = {
  "workshop.yaml": "title: Two shells\nlayout: split\npages: [one]\n",
  "pages/one.md": "# One\n\n```execute-1\necho shown-before\n```\n\n```execute-2\nsleep 300\n```\n",
};

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("shells whose host was killed", () => {
  let lab: StartedLab;
  let page: Page;

  beforeAll(async () => {
    lab = await startLab("two-shells", FILES, { deadlineMs: DEADLINE_MS });
    ({ page } = lab);
    await page.getByRole("button", { name: /^Run in terminal 1: echo/ }).click();
    await page.getByText(/^Succeeded/).waitFor();
    await page.getByRole("button", { name: /^Run in terminal 2: sleep/ }).click();
    await page.getByText(/^Running/).waitFor();
    process.kill(supervisedPid(lab.server.data, "terminal"), "SIGKILL");
  });
  afterAll(() => lab?.close());

  const terminal = (number: number) => page.getByRole("region", { name: `Terminal ${number}`, exact: true });

  it("are said to be lost in each terminal, above the new one stands what they showed", async () => {
    for (const number of [1, 2])
      await terminal(number)
        .getByRole("alert")
        .getByText("This is a new shell: the one before was lost")
        .waitFor();
    await terminal(1).locator(".xterm-rows").getByText("[The shell above was lost.").waitFor();
    await terminal(1).locator(".xterm-rows").getByText("shown-before").last().waitFor();
    expect(await page.getByText("nothing lost").count()).toBe(0);
    await takePicture(page, "lost-shells");
  });

  it("leave what ran in them without a verdict, and what was done as it was", async () => {
    const blocks = page.getByRole("group", { name: /^Terminal \d$/ });
    await blocks.filter({ hasText: "sleep 300" }).getByText("No verdict").waitFor();
    await blocks
      .filter({ hasText: "echo shown-before" })
      .getByText(/^Succeeded/)
      .waitFor();
  });

  it("run what comes next, once the loss was read", async () => {
    await terminal(1).getByRole("button", { name: "Dismiss" }).click();
    expect(await terminal(1).getByRole("alert").count()).toBe(0);
    await page.getByRole("button", { name: /^Run again in terminal 1: echo/ }).click();
    await expect
      .poll(async () => (await terminal(1).locator(".xterm-rows").innerText()).match(/shown-before/g)?.length)
      .toBeGreaterThanOrEqual(4);
  });
});
