import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { launchChromium, openPage, takePicture, THEMES } from "./chromium.js";
import { startLectern, type LecternServer } from "./lectern-server.js";

const lab = fileURLToPath(new URL("../labs/corpus/hugo-flow", import.meta.url));

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("blocks that run without a click", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  const begun: string[] = [];

  beforeAll(async () => {
    server = await startLectern(["--lab", lab]);
    browser = await launchChromium();
    ({ page, problems } = await openPage(browser));
    page.setDefaultTimeout(60_000);
    page.on("request", (request) => {
      if (request.method() === "POST" && request.url().endsWith("/run")) begun.push(request.url());
    });
    await page.goto(server.url);
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { level: 1, name: "Fall" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const block = (command: string) => page.getByRole("group").filter({ hasText: command });
  const stands = () => page.getByText("The row stands.");
  const fallen = () => page.getByText("The row has fallen.");

  it("start with their page, unseen, and once in a session", async () => {
    await expect.poll(() => begun.length).toBe(1);
    await page.getByText("The first stone falls when you come.").waitFor();
    expect(await block("echo ivory").count()).toBe(0);
  });

  it("follow one that succeeds, into sections and out of them", async () => {
    await stands().waitFor();
    expect(await fallen().isVisible()).toBe(false);
    await block("cat first.txt")
      .getByRole("button", { name: /^Run in terminal 1/ })
      .click();
    await block("cat first.txt").getByText("Succeeded").waitFor();
    await fallen().waitFor();
    await stands().waitFor({ state: "hidden" });
  });

  it("start when the section around them is first unfolded", async () => {
    expect(begun.length).toBe(2);
    await page.getByRole("button", { name: "More stones" }).click();
    await block("echo third").getByText("Succeeded").waitFor();
    expect(begun.length).toBe(3);
  });

  it("are not begun again when the page is loaded again", async () => {
    await page.reload();
    await page.getByRole("button", { name: "More stones" }).click();
    await block("echo third").getByText("Succeeded").waitFor();
    await block("cat first.txt")
      .getByRole("button", { name: /^Run again/ })
      .click();
    await fallen().waitFor();
    expect(begun.length).toBe(4);
  });

  it("keep the next page locked where they are required and not done", async () => {
    const way = page.getByRole("navigation", { name: "Pages before and after" });
    await way.getByText("One block of this page has to be done first.").waitFor();
    expect(await way.getByRole("link").count()).toBe(0);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await way.scrollIntoViewIfNeeded();
      await takePicture(page, `page-flow-${colorScheme}`);
    }
    expect(await accessibilityProblems(page)).toEqual([]);
    await block("echo done")
      .getByRole("button", { name: /^Run in terminal 1/ })
      .click();
    await way.getByRole("link", { name: /Ask/ }).click();
    await page.getByRole("heading", { level: 1, name: "Ask" }).waitFor();
  });

  it("go on where the page is loaded again before what they follow has ended", async () => {
    const before = begun.length;
    await block("sleep 6")
      .getByRole("button", { name: /^Run in terminal 1/ })
      .click();
    // What the server says of it, and not the page's own guess.
    await page
      .locator('.block[data-state="running"], .block[data-state="succeeded"]')
      .filter({ hasText: "sleep 6" })
      .waitFor();
    await page.reload();
    await expect.poll(() => begun.length, { timeout: 60_000 }).toBe(before + 2);
    expect(await block("echo late").count()).toBe(0);
  });

  it("ask for what a test needs, refuse what does not fit, and give it to the test", async () => {
    const form = page.locator("form").filter({ hasText: "Name a stone" });
    await form.getByRole("textbox", { name: "Its name" }).fill(" ");
    await form.getByRole("button", { name: "Name it" }).click();
    await form.getByRole("alert").getByText('"Its name" has to be filled in.').waitFor();
    await form.getByRole("textbox", { name: "Its name" }).fill("Boulder");
    await form.getByRole("radio", { name: "As night" }).check();
    await form.getByRole("checkbox", { name: "chip" }).check();
    await form.getByRole("checkbox", { name: "It lies" }).uncheck();
    await form.getByRole("button", { name: "Name it" }).click();
    const entered = '{"colour":"black","name":"Boulder","spots":"3","marks":["chip"],"lies":"false"}';
    await form.getByText(`This came: ${entered}`).first().waitFor();
    await form.getByRole("radio", { name: "As snow" }).check();
    await form.getByRole("textbox", { name: "Its name" }).fill("Pebble");
    await form.getByRole("checkbox", { name: "chip" }).uncheck();
    await form.getByRole("checkbox", { name: "It lies" }).check();
    await form.getByRole("button", { name: "Name it" }).click();
    await form.getByText("Succeeded").waitFor();
    // It is done once.
    await form.getByRole("button", { name: "Name it" }).waitFor({ state: "detached" });
    await page.setViewportSize({ width: 390, height: 844 });
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await form.scrollIntoViewIfNeeded();
      await takePicture(page, `test-inputs-narrow-${colorScheme}`);
    }
    // For some seconds what is read out still names the button of the page before.
    const spoken = page.locator('[data-live-announcer] [role="img"]');
    await expect.poll(() => spoken.count(), { timeout: 60_000 }).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
  });
});
