import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { takePicture } from "./chromium.js";
import { ContractBrowser } from "./contract-browser.js";

describe.skipIf(isWithout("chromium"))("code on a page that is no block", () => {
  let opened: ContractBrowser;
  beforeAll(async () => {
    opened = await ContractBrowser.launch();
  });
  afterAll(() => opened?.close());

  it("is copied by a button beside it", async () => {
    await opened.open("s/s1/policies");
    const { page } = opened;
    await page.getByRole("button", { name: "Copy code" }).click();
    await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("apiVersion: v1\nkind: Namespace");
    await takePicture(page, "page-code");
    expect(await accessibilityProblems(page)).toEqual([]);
  });
});
