import { describe, expect, it } from "vitest";
import { labelOf, pageNames } from "./page-name.js";

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

describe("the names of pages", () => {
  it.each([
    ["signs that a label cannot hold", ["a-b", "a_b", "a b", "A.B"]],
    ["another script", ["Привет", "Пока", "你好", "再见"]],
    ["folders", ["one/start", "two/start", "one-start"]],
    ["a name that numbering would give", ["a-b", "a_b", "a-b-2"]],
    ["names longer than a label", [`${"long-".repeat(20)}one`, `${"long-".repeat(20)}two`]],
    ["nothing but signs", ["!!", "??", "..."]],
  ])("are labels, each another, where they differ by %s", (_, paths) => {
    const names = pageNames(paths);
    expect(new Set(names).size).toBe(paths.length);
    for (const name of names) expect(name).toMatch(LABEL);
  });

  it("are the file's own words where nothing stands against it", () => {
    expect(pageNames(["exercises/04-Image policies", "01-start"])).toEqual(["04-image-policies", "01-start"]);
    expect(labelOf("Größe & Äpfel")).toMatch(/^gro-e-apfel-[0-9a-f]{6}$/);
  });
});
