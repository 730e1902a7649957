import { describe, expect, it } from "vitest";
import { PageInput } from "./page-input.js";

describe("what a page typed", () => {
  it("reaches the shell once, however it is sent again", () => {
    const input = new PageInput();
    expect(input.fresh("page", 0, "echo")).toBe("echo");
    expect(input.fresh("page", 0, "echo")).toBe("");
    expect(input.fresh("page", 2, "ho on")).toBe(" on");
    expect(input.fresh("page", 0, "e")).toBe("");
    expect(input.typed("page")).toBe(7);
    expect(input.fresh("page", 7, "e\r")).toBe("e\r");
  });

  it("is counted in characters as the page counts them, also beyond the first plane", () => {
    const input = new PageInput();
    expect(input.fresh("page", 0, "a🐳")).toBe("a🐳");
    expect(input.typed("page")).toBe("a🐳".length);
    expect(input.fresh("page", 1, "🐳é")).toBe("é");
  });

  it("goes on after a gap, and what comes late from before it is not typed in the wrong place", () => {
    const input = new PageInput();
    input.fresh("page", 0, "one ");
    expect(input.fresh("page", 9, "three")).toBe("three");
    expect(input.fresh("page", 4, "two ")).toBe("");
    expect(input.typed("page")).toBe(14);
  });

  it("of one page says nothing of another", () => {
    const input = new PageInput();
    input.fresh("one", 0, "abc");
    expect(input.typed("two")).toBe(0);
    expect(input.fresh("two", 0, "abc")).toBe("abc");
    expect(input.fresh("one", 3, "d")).toBe("d");
  });

  it("is forgotten of the page that was silent longest, and never of one that types", () => {
    const input = new PageInput();
    input.fresh("learner", 0, "abc");
    for (let page = 0; page < 1_000; page += 1) {
      input.fresh(`page ${page}`, 0, "x");
      input.fresh("learner", 3 + page, "y");
    }
    expect(input.typed("learner")).toBe(1_003);
    expect(input.fresh("learner", 0, "abc")).toBe("");
    expect(input.typed("page 0")).toBe(0);
    expect(input.typed("page 999")).toBe(1);
  });
});
