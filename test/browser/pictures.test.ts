import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page, Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isWithout } from "../requirements/without.js";
import { accessibilityProblems } from "./accessibility.js";
import { SIZES, takePicture, THEMES } from "./chromium.js";
import { type StartedLab, startLab } from "./started-lab.js";

const PICTURE = readFileSync(
  fileURLToPath(new URL("../../images/policy-image-registry-1.png", import.meta.url)),
);

const FILES = {
  "workshop.yaml": "title: Pictures\npages: [one, two]\n",
  "pages/one.md":
    "# One\n\n![](./images/policy-image-registry-1.png)\n\n![The form](./images/form.png)\n\nBelow them\n",
  "pages/two.md": "# Two\n\n![The form](./images/form.png)\n\n```execute-1\necho pressed\n```\n",
  "images/policy-image-registry-1.png": PICTURE,
  "images/form.png": PICTURE,
};

describe.skipIf(isWithout("chromium") || isWithout("kubectl"))("a picture in the text", () => {
  let lab: StartedLab;
  let page: Page;

  beforeAll(async () => {
    lab = await startLab("pictures", FILES);
    ({ page } = lab);
    await page.getByRole("heading", { level: 1, name: "One" }).waitFor();
  });
  afterAll(() => lab?.close());

  it("has words, also where its author wrote none", async () => {
    await page.getByRole("img", { name: "The form" }).waitFor();
    await page.getByRole("img", { name: "Picture: policy image registry 1" }).waitFor();
  });

  it("has its room before it is there, so that nothing moves under the hand of who reads", async () => {
    const below = page.getByText("Below them");
    const places: number[] = [];
    const look = async (): Promise<void> =>
      void places.push(await below.evaluate((each) => (each as HTMLElement).offsetTop));
    const held: Route[] = [];
    let isHeld = true;
    await page.route(/\.png/, (route) => (isHeld ? void held.push(route) : route.continue()));
    await page.reload();
    await below.waitFor();
    await look();
    isHeld = false;
    for (const route of held) await route.continue();
    const picture = page.getByRole("img", { name: "The form" });
    await picture.scrollIntoViewIfNeeded();
    await expect.poll(() => picture.evaluate((each) => (each as HTMLImageElement).complete)).toBe(true);
    await expect
      .poll(() => picture.evaluate((each) => (each as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0);
    await look();
    expect(places[1]).toBe(places[0]);
    await page.unroute(/\.png/);
  });

  it("is enlarged by the keyboard, and Escape leads back to it", async () => {
    const link = page.getByRole("link", { name: "The form: enlarge" });
    await link.press("Enter");
    const dialog = page.getByRole("dialog", { name: "The form" });
    await dialog.getByRole("img", { name: "The form" }).waitFor();
    for (const size of SIZES) {
      await page.setViewportSize(size);
      const box = await dialog.boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= size.width).toBe(true);
      await takePicture(page, `picture-enlarged-${size.width}`);
      expect(await accessibilityProblems(page)).toEqual([]);
    }
    await page.setViewportSize(SIZES[0]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label")))
      .toBe("The form: enlarge");
  });

  it("does not shine out of a dark page", async () => {
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await takePicture(page, `picture-${colorScheme}`);
      const veil = await page
        .locator(".prose-picture")
        .first()
        .evaluate((element) => getComputedStyle(element, "::after").backgroundColor);
      expect(veil === "rgba(0, 0, 0, 0)").toBe(colorScheme === "light");
    }
  });

  it("does not come between a press on a block below it and its end", async () => {
    const held: Route[] = [];
    await page.route(/form\.png/, (route) => void held.push(route));
    await page.goto(page.url().replace(/\/one$/, "/two"));
    await page.getByRole("button", { name: /^Run in terminal 1/ }).hover();
    await expect.poll(() => held.length).toBe(1);
    await page.mouse.down();
    await held[0]?.continue();
    const picture = page.getByRole("img", { name: "The form" });
    await expect
      .poll(() => picture.evaluate((each) => (each as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(0);
    await page.mouse.up();
    await page
      .locator(".block")
      .getByText(/Succeeded/)
      .waitFor();
  });
});
