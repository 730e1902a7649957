import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { familiarName, parseImage } from "./reference.js";

interface Case {
  case: number;
  image: string;
  error?: true;
}

const cases = JSON.parse(
  readFileSync(new URL("./testdata/references.json", import.meta.url), "utf8"),
) as Case[];

describe("parseImage", () => {
  it("covers all 78 reference cases", () => {
    expect(new Set(cases.map((each) => each.case)).size).toBe(78);
  });

  for (const { case: number, image, error, ...reference } of cases) {
    const title = `case ${number}: ${error ? "refuses" : "reads"} ${JSON.stringify(image.slice(0, 60))}`;
    it(title, () => {
      const parsed = parseImage(image);
      if (error) expect(parsed.ok).toBe(false);
      else expect(parsed).toEqual({ ok: true, reference });
    });
  }
});

describe("familiarName", () => {
  it.each([
    ["docker.io/library/busybox:1.36", "busybox"],
    ["bitnami/nginx", "bitnami/nginx"],
    ["library/foo/bar", "library/foo/bar"],
    ["quay.io/x/busybox", "quay.io/x/busybox"],
    ["localhost:5000/app", "localhost:5000/app"],
  ])("of %s is %s", (image, name) => {
    const parsed = parseImage(image);
    expect(parsed.ok && familiarName(parsed.reference)).toBe(name);
  });
});
