import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Browser, Page } from "playwright-core";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { launchChromium, openPage, type THEMES } from "./chromium.js";

/** Text that is hard to read where it is dark, and a picture that says nothing in both themes. */
const PAGE = `<!doctype html><html lang="en"><title>x</title>
<style>@media (prefers-color-scheme: dark) { body { background: #000; color: #222; } }</style>
<main><h1>Words</h1><img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"></main>`;

describe.skipIf(isWithout("chromium"))("of a screen in both themes", () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium();
    ({ page } = await openPage(browser));
    await page.setContent(PAGE);
  });
  afterAll(() => browser?.close());

  async function rules(theme: (typeof THEMES)[number]): Promise<string[]> {
    await page.emulateMedia({ colorScheme: theme });
    return (await accessibilityProblems(page, RULES_IN[theme])).map(
      (problem) => problem.split(":", 1)[0] ?? "",
    );
  }

  it("all is asked in the light one, and of the dark one what is different there", async () => {
    expect(await rules("light")).toEqual(["image-alt"]);
    expect(await rules("dark")).toEqual(["color-contrast"]);
  });
});
