import { describe, expect, it } from "vitest";
import { findKubectl, isTooOld } from "./preflight.js";

describe("isTooOld", () => {
  it("draws the line at 1.30, however clouds write it", () => {
    const versions = ["1.29", "1.29+", "0.31", "1.30", "1.30+", "1.35", "2.0"];
    const old = versions.filter((version) => {
      const [major = "", minor = ""] = version.split(".");
      return isTooOld({ major, minor });
    });
    expect(old).toEqual(["1.29", "1.29+", "0.31"]);
  });
});

describe("findKubectl", () => {
  it("refuses a given file that cannot be run", () => {
    expect(() => findKubectl("/usr/bin", "/etc/passwd")).toThrow(
      "LECTERN_KUBECTL names /etc/passwd, which is not an executable file",
    );
  });
});
