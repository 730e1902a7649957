import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { SIZES, takePicture } from "./chromium.js";
import { ContractBrowser } from "./contract-browser.js";

const DIALOGS = [
  {
    name: "End this session?",
    path: "s/s1/policies",
    open: (page: Page) => page.getByRole("button", { name: "End session" }).click(),
  },
  {
    name: "Start “Image Registry Policies” again?",
    path: "",
    open: (page: Page) => page.getByRole("button", { name: "Start again" }).click(),
  },
  {
    name: "End 11 sessions?",
    path: "instructor",
    open: async (page: Page) => {
      await page.getByRole("button", { name: /^All / }).click();
      await page.getByRole("checkbox", { name: "Select all sessions shown" }).check();
      await page.getByRole("checkbox", { name: "Select session class-a-2", exact: true }).uncheck();
      await page.getByRole("button", { name: "End…" }).click();
    },
  },
];

describe.skipIf(isWithout("chromium"))("a dialog", () => {
  let opened: ContractBrowser;

  beforeAll(async () => {
    opened = await ContractBrowser.launch();
  });
  afterAll(() => opened?.close());

  for (const size of SIZES)
    for (const { name, path, open } of DIALOGS)
      it(`stands in the middle: ${name} ${size.width} wide`, async () => {
        await opened.open(path, {}, { size, theme: "dark" });
        const { page } = opened;
        await open(page);
        const box = await page.getByRole("alertdialog", { name }).boundingBox();
        await takePicture(page, `dialog-${path === "" ? "catalogue" : path.split("/")[0]}-${size.width}`);
        if (!box) throw new Error("the dialog is not on the screen");
        expect(Math.abs(box.x + box.width / 2 - size.width / 2)).toBeLessThanOrEqual(1);
        expect(Math.abs(box.y + box.height / 2 - size.height / 2)).toBeLessThanOrEqual(1);
        expect(box.width).toBeLessThanOrEqual(460);
      });
});
