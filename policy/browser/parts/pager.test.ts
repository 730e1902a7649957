import { describe, expect, it } from "vitest";

import { PAGE_SIZE, pageStart } from "./pager.js";

describe("the page that is shown", () => {
  it.each([
    [0, 0, 0],
    [0, 1, 0],
    [PAGE_SIZE, PAGE_SIZE + 1, PAGE_SIZE],
    [PAGE_SIZE, PAGE_SIZE, 0],
    [6 * PAGE_SIZE, 2 * PAGE_SIZE + 1, 2 * PAGE_SIZE],
    [6 * PAGE_SIZE, 0, 0],
  ])("of %i of %i begins at %i, as rows may have gone meanwhile", (offset, total, start) => {
    expect(pageStart(offset, total)).toBe(start);
  });
});
