import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { takePicture } from "./chromium.js";
import { ContractBrowser } from "./contract-browser.js";
import { sampleRows } from "./sample-rows.js";

const COUNT = 300;
const rows = Array.from({ length: COUNT }, (_, at) => ({ ...sampleRows[0]!, id: `large-${String(at + 1)}` }));

/** Where the page notes how many rows there were each time some came. */
interface Noted {
  rowsNoted: number[];
}

describe.skipIf(isWithout("chromium"))("the portal with 300 sessions", () => {
  let tab: ContractBrowser;
  beforeAll(async () => {
    tab = await ContractBrowser.launch();
    await tab.page.addInitScript(() => {
      const noted: number[] = ((window as unknown as Noted).rowsNoted = []);
      new MutationObserver(() => {
        const count = document.querySelectorAll(".session-table tbody tr").length;
        if (count !== (noted.at(-1) ?? 0)) noted.push(count);
      }).observe(document, { childList: true, subtree: true });
    });
    await tab.open("instructor", { rows });
  });
  afterAll(() => tab?.close());

  it("shows what a screen holds at once, and all of them without being scrolled", async () => {
    const table = tab.page.getByRole("table");
    await table.getByRole("link", { name: `Watch large-${String(COUNT)}`, exact: true }).waitFor();
    const noted = await tab.page.evaluate(() => (window as unknown as Noted).rowsNoted);
    expect(noted[0]).toBeGreaterThan(20);
    expect(noted[0]).toBeLessThan(60);
    expect(noted.at(-1)).toBe(COUNT);
    expect(await table.getAttribute("aria-busy")).toBe("false");
    await takePicture(tab.page, "portal-large");
  });

  it("chooses the first, the last and all of them", async () => {
    const { page } = tab;
    await page.getByRole("checkbox", { name: "Select session large-1", exact: true }).check();
    await page.getByRole("checkbox", { name: `Select session large-${String(COUNT)}` }).check();
    await page.getByText(/\b2 selected/).waitFor();
    await page.getByRole("checkbox", { name: "Select all sessions shown" }).check();
    await page.getByText(/\b300 selected/).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(tab.problems).toEqual([]);
  });
});
