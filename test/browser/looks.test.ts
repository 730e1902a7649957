import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems, RULES_IN } from "./accessibility.js";
import { openPage, SIZES, takePicture, THEMES } from "./chromium.js";
import { misplacedHeadings } from "./column-headings.js";
import { ContractBrowser } from "./contract-browser.js";
import { cutOff } from "./cut-off.js";

/** Script of the learner's first page, compressed; the console and the instructor's portal come later. */
const SCRIPT_BUDGET_BYTES = 300_000;

const SCREENS = [
  { name: "catalogue", path: "", ready: "Start again" },
  { name: "lab", path: "s/s1/policies", ready: "Create a custom policy" },
  { name: "event", path: "e/k8s-day", ready: "Come in" },
  { name: "instructor", path: "instructor", ready: "class-a-1" },
];

describe.skipIf(isWithout("chromium"))("every screen", () => {
  let opened: ContractBrowser;

  beforeAll(async () => {
    opened = await ContractBrowser.launch();
  });
  afterAll(() => opened?.close());

  for (const theme of THEMES) {
    for (const size of SIZES) {
      for (const { name, path, ready } of SCREENS) {
        it(`${name} is accessible, ${theme}, ${size.width} wide`, async () => {
          await opened.open(path, {}, { theme, size });
          const { page } = opened;
          await page.getByText(ready).first().waitFor();
          await takePicture(page, `${name}-${theme}-${size.width}`);
          expect(await accessibilityProblems(page, RULES_IN[theme])).toEqual([]);
          expect(await cutOff(page)).toEqual([]);
          expect(await misplacedHeadings(page)).toEqual([]);
        });
      }
    }
  }

  it("loses nothing at 200 % zoom", async () => {
    await opened.open("s/s1/policies", {}, { size: { width: 720, height: 450 } });
    const { page } = opened;
    await page.getByRole("button", { name: "End session" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(720);
  });

  it("of the learner loads within its budget of script", async () => {
    // A browser that has nothing of it yet.
    const { page } = await openPage(opened.browser);
    const scripts: Promise<Buffer>[] = [];
    page.on("response", (response) => {
      if (new URL(response.url()).pathname.endsWith(".js")) scripts.push(response.body());
    });
    await page.goto(`${opened.contract.url}s/s1/policies`);
    await page.locator(".xterm").first().waitFor();
    const sizes = (await Promise.all(scripts)).map((script) => gzipSync(script).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(SCRIPT_BUDGET_BYTES);
    await page.context().close();
  });
});
