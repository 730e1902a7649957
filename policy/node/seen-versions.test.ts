import { describe, expect, it } from "vitest";

import { isNewer, SeenVersions } from "./seen-versions.js";

describe("versions that were seen", () => {
  it("keeps the newest of each kind", () => {
    const seen = new SeenVersions();
    expect(seen.newestOf("policies")).toBeUndefined();
    for (const version of ["9", "10", "2", "", "none", undefined]) seen.note("policies", version);
    expect([seen.newestOf("policies"), seen.newestOf("exceptions")]).toEqual(["10", undefined]);
  });

  it("asks for an exact list after a deletion, which one that was begun before is not", () => {
    const seen = new SeenVersions();
    seen.note("policies", "10");
    const before = seen.beginExact("policies");
    seen.noteRemoval("policies");
    before();
    seen.note("policies", "11");
    expect([seen.newestOf("policies"), seen.newestWritten("policies")]).toEqual([undefined, "11"]);
    seen.beginExact("policies")();
    expect(seen.newestOf("policies")).toBe("11");
  });

  it("takes whatever there is where an exact list was empty", () => {
    const seen = new SeenVersions();
    seen.beginExact("exceptions")();
    expect(seen.newestOf("exceptions")).toBe("0");
  });

  it("compares versions as numbers", () => {
    expect(isNewer("10", "9")).toBe(true);
    expect(isNewer("9", "10")).toBe(false);
    expect(isNewer("10", "10")).toBe(false);
    expect(isNewer("10", undefined)).toBe(true);
    expect(isNewer(undefined, "1")).toBe(false);
  });
});
