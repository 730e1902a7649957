import type { Page } from "playwright-core";

/** Names of what is shown in part only: it goes beyond the right edge of the screen, and nothing around it can be scrolled to it. */
export function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.body.querySelectorAll("*")) {
      const { right, width, height } = element.getBoundingClientRect();
      if (width <= 1 || height <= 1 || right <= innerWidth + 1) continue;
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      let around = element.parentElement;
      while (around && !["auto", "scroll"].includes(getComputedStyle(around).overflowX))
        around = around.parentElement;
      if (around && around.getBoundingClientRect().right <= innerWidth + 1) continue;
      found.push(`${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`);
    }
    return found;
  });
}
