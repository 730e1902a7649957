import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { openPage, takePicture, THEMES } from "./chromium.js";
import { type StartedLab, startLab } from "./started-lab.js";

const FILES = {
  "workshop.yaml": "title: Short lab\npages: [one, two]\n",
  "pages/one.md": "# The first page\n\nRead this.\n\n```execute-1\necho done-here\n```\n",
  "pages/two.md": "# The second page\n\nStill to be read.\n",
};

// A session that is over, of a real server, in the tab that had it open.
describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("a session that has ended", () => {
  let lab: StartedLab;
  let page: Page;

  beforeAll(async () => {
    lab = await startLab("short", FILES);
    ({ page } = lab);
    await page.getByRole("button", { name: /^Run in terminal 1: echo done-here/ }).click();
    await page.getByText(/^Succeeded/).waitFor();
    await page.getByRole("button", { name: "End session" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session" }).click();
    await page.getByText("This session has ended.").waitFor();
    await page.getByText("Read only: the session has ended.").first().waitFor();
  });
  afterAll(() => lab?.close());

  it("keeps its text and what was done, also after a reload", async () => {
    await page.reload();
    await page.getByText("This session has ended.").waitFor();
    await page.getByRole("heading", { level: 1, name: "The first page" }).waitFor();
    await page.getByText(/^Succeeded/).waitFor();
    await page.getByText("What this terminal showed went with the session.").first().waitFor();
    await takePicture(page, "ended-reloaded");
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityProblems(page, RULES_IN[colorScheme])).toEqual([]);
    }
  });

  it("has the pages that were never opened", async () => {
    await page.getByRole("link", { name: /Next page/ }).click();
    await page.getByRole("heading", { level: 1, name: "The second page" }).waitFor();
    await page.getByText("Still to be read.").waitFor();
  });

  it("is nothing to a browser that never had it open", async () => {
    const stranger = (await openPage(lab.browser)).page;
    await stranger.goto(page.url());
    await stranger.getByRole("heading", { name: /This session cannot be shown|was not let into/ }).waitFor();
    await stranger.context().close();
  });

  it("leads to a new one", async () => {
    await page.getByRole("button", { name: "Start again" }).click();
    await page.getByRole("heading", { level: 1, name: "The first page" }).waitFor();
    await expect.poll(() => page.getByText("This session has ended.").count()).toBe(0);
  });
});
