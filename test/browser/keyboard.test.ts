import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { takePicture } from "./chromium.js";
import { ContractBrowser } from "./contract-browser.js";
import { focusedName } from "./console-steps.js";

describe.skipIf(isWithout("chromium"))("the keyboard", () => {
  let opened: ContractBrowser;
  let page: Page;

  beforeAll(async () => {
    opened = await ContractBrowser.launch();
    ({ page } = opened);
  });
  afterAll(() => opened?.close());

  it("begins a started lab at its title, and goes on to its text from there", async () => {
    await opened.open("");
    const lab = page.getByRole("article", { name: "Quotas and Limits" });
    await lab.getByRole("button", { name: "Start" }).press("Enter");
    await page.getByRole("heading", { level: 1, name: "Image Registry Policies" }).waitFor();
    await expect.poll(() => focusedName(page)).toBe("Image Registry Policies");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest(".prose") !== null)).toBe(true);
  });

  it("begins the catalogue at its title when it comes from a lab", async () => {
    await opened.open("s/s1/policies");
    await page.getByRole("link", { name: "All labs" }).press("Enter");
    await expect.poll(() => focusedName(page)).toBe("Labs");
  });

  it("is told in the terminal how to leave it, and leaves", async () => {
    await opened.open("s/s1/policies");
    const hint = page.getByText("Esc, then Tab leaves the terminal");
    await page.locator(".xterm").first().waitFor();
    expect(await hint.isVisible()).toBe(false);
    await page.keyboard.press("Alt+1");
    await expect.poll(() => focusedName(page)).toBe("Terminal 1");
    expect(await hint.isVisible()).toBe(true);
    await takePicture(page, "keyboard-terminal-hint");
    const terminal = page.getByRole("textbox", { name: "Terminal 1" });
    const described = await terminal.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${described}"]`).textContent()).toBe("Esc, then Tab leaves the terminal");
    await page.keyboard.press("Tab");
    expect(await focusedName(page)).toBe("Terminal 1");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Shift+Tab");
    expect(await focusedName(page)).toBe("Screen reader");
    expect(await hint.isVisible()).toBe(false);
  });

  it("types in the page's fields what its keys with Alt mean elsewhere", async () => {
    await opened.open("s/s1/policies");
    await page.locator(".xterm").first().waitFor();
    await page.keyboard.press("Alt+1");
    await expect.poll(() => focusedName(page)).toBe("Terminal 1");
    await page.keyboard.press("Control+Shift+F");
    const search = page.getByRole("textbox", { name: "Search in Terminal 1" });
    await search.waitFor();
    await expect.poll(() => focusedName(page)).toBe("Search in Terminal 1");
    for (const key of ["Alt+1", "Alt+0", "Alt+Enter"]) await page.keyboard.press(key);
    expect(await focusedName(page)).toBe("Search in Terminal 1");
    expect(opened.contract.requests.filter((request) => request.endsWith("/run"))).toEqual([]);
    expect(page.url()).toMatch(/\/s\/s1\/policies$/);
  });

  it("types a character of Option and a digit into the terminal", async () => {
    await opened.open("s/s1/policies");
    await page.locator(".xterm").first().waitFor();
    await page.keyboard.press("Alt+1");
    await expect.poll(() => focusedName(page)).toBe("Terminal 1");
    const isTaken = await page.evaluate(() => {
      const option3 = { key: "#", code: "Digit3", altKey: true, bubbles: true, cancelable: true };
      return !document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", option3));
    });
    expect(isTaken).toBe(false);
  });

  it("has its keys explained under Help", async () => {
    await opened.open("s/s1/policies");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keys" });
    await help.getByText("where Alt with a digit types a character").waitFor();
    await takePicture(page, "keyboard-help");
  });
});
