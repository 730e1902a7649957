import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { launchChromium, openPage, takePicture, THEMES } from "./chromium.js";
import { startLectern, type LecternServer } from "./lectern-server.js";

const corpus = fileURLToPath(new URL("../labs/corpus/", import.meta.url));

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("an Educates workshop", () => {
  let server: LecternServer;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  beforeAll(async () => {
    const labs = ["hugo-garden", "hugo-wishes"].flatMap((name) => ["--lab", `${corpus}${name}`]);
    server = await startLectern(labs);
    browser = await launchChromium();
    ({ page, problems } = await openPage(browser));
    await page.goto(server.url);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("says in the catalogue what it needs that is not to be had, and how long the work takes", async () => {
    const wishes = page.getByRole("article", { name: "Wishes" });
    for (const words of ["about 120 min", "needs docker", "needs registry"])
      await wishes.getByText(words).waitFor();
    await page.getByRole("article", { name: "A garden" }).getByText("about 15 min").waitFor();
  });

  it("begins with its first page, its tabs in their order, and its boxes and pictures", async () => {
    await page.getByRole("article", { name: "A garden" }).getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { level: 1, name: "Look around" }).waitFor();
    const tabs = page.getByRole("tablist").first().getByRole("tab");
    await expect.poll(() => tabs.allInnerTexts()).toEqual(["Garden", "Terminal", "Console"]);
    const box = page.locator(".prose .note");
    await box.getByText("Before you start").waitFor();
    expect(await box.innerText()).toMatch(/garden of \S+, with a Rose and an apple of spring/);
    await expect
      .poll(() =>
        page
          .getByRole("img", { name: "A spade" })
          .evaluate((image) => (image as HTMLImageElement).naturalWidth),
      )
      .toBe(1);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await takePicture(page, `educates-${colorScheme}`);
      expect(await accessibilityProblems(page, RULES_IN[colorScheme])).toEqual([]);
    }
  });

  it("runs its blocks in its working folder, with what its set-up has left", async () => {
    await page.getByRole("tab", { name: "Terminal" }).click();
    const [first] = await page.getByRole("button", { name: /^Run/ }).all();
    await first?.click();
    const screen = page.locator(".xterm-rows").first();
    await screen.getByText("/exercises", { exact: false }).first().waitFor();
    await screen.getByText("configmap/soil").waitFor();
    expect(problems).toEqual([]);
  });

  it("makes tabs, loads them again and takes them away, and keeps them over a reload", async () => {
    await page.goto(page.url().replace(/01-look.*$/, "03-tabs"));
    const tabs = page.getByRole("tablist").first().getByRole("tab");
    const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
    await press("Add the tab Weather");
    await expect.poll(() => tabs.allInnerTexts()).toEqual(["Garden", "Terminal", "Console", "Weather"]);
    const weather = page.getByRole("tabpanel", { name: "Weather" });
    await weather.getByText("It runs in this session").waitFor();
    await press("Load Weather again");
    await weather.getByText("From weather.example.org").waitFor();
    await page.getByRole("tab", { name: "Terminal" }).click();
    await page.reload();
    await press("Show Weather");
    await page.getByRole("tab", { name: "Weather", selected: true }).waitFor();
    await press("Take the tab Weather away");
    await expect.poll(() => tabs.allInnerTexts()).toEqual(["Garden", "Terminal", "Console"]);
    await press("Show terminal 2");
    await page.getByRole("tab", { name: "Terminal", selected: true }).waitFor();
  });
});
