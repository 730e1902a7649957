import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { launchChromium, openPage, SIZES, takePicture, THEMES } from "./chromium.js";
import { startContractServer, type ContractServer } from "./contract-server.js";
import { sampleLabs, samplePages, sampleRows, sampleSession } from "./sample-lab.js";

/** Script of the learner's first page, compressed; the console and the instructor's portal come later. */
const SCRIPT_BUDGET_BYTES = 300_000;

const SCREENS = [
  { name: "catalogue", path: "", ready: "Start again" },
  { name: "lab", path: "s/s1/policies", ready: "Create a custom policy" },
  { name: "instructor", path: "instructor", ready: "class-a-1" },
];

describe.skipIf(isWithout("chromium"))("every screen", () => {
  let browser: Browser;
  let server: ContractServer;

  beforeAll(async () => {
    browser = await launchChromium();
    const state = { labs: sampleLabs, session: sampleSession(), pages: samplePages, rows: sampleRows };
    server = await startContractServer({ ...state, answers: new Map() });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  for (const theme of THEMES) {
    for (const size of SIZES) {
      for (const { name, path, ready } of SCREENS) {
        it(`${name} is accessible, ${theme}, ${size.width} wide`, async () => {
          const { page } = await openPage(browser, { theme, size });
          await page.goto(server.url + path);
          await page.getByText(ready).first().waitFor();
          await takePicture(page, `${name}-${theme}-${size.width}`);
          expect(await accessibilityProblems(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
            size.width,
          );
          await page.context().close();
        });
      }
    }
  }

  it("loses nothing at 200 % zoom", async () => {
    const { page } = await openPage(browser, { size: { width: 720, height: 450 } });
    await page.goto(`${server.url}s/s1/policies`);
    await page.getByRole("button", { name: "End session" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(720);
    await page.context().close();
  });

  it("of the learner loads within its budget of script", async () => {
    const { page } = await openPage(browser);
    const scripts: Promise<Buffer>[] = [];
    page.on("response", (response) => {
      if (new URL(response.url()).pathname.endsWith(".js")) scripts.push(response.body());
    });
    await page.goto(`${server.url}s/s1/policies`);
    await page.locator(".xterm").first().waitFor();
    const sizes = (await Promise.all(scripts)).map((script) => gzipSync(script).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(SCRIPT_BUDGET_BYTES);
    await page.context().close();
  });
});
