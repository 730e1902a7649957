import { describe, expect, it } from "vitest";

import { policyNamed } from "../../policy/common/cel-judge-for-tests.js";
import { evaluateImage } from "../../policy/common/evaluate.js";
import { compileGlob, matchesToken } from "../../policy/common/glob.js";
import { fuzzImages } from "../fuzz/fuzz-images.js";
import { longImages } from "../fuzz/random-images.js";

/** As much as a request may carry. */
const LONG = 250_000;

describe("random images under random policies", () => {
  // `npm run fuzz:images` goes on with seeds nobody has seen.
  it.each([1, 2])("mean the same to the parser, the evaluator and the compiled CEL, from seed %i", (seed) => {
    const { findings, counts } = fuzzImages({ seed, images: 4000 });
    expect(findings).toEqual([]);
    for (const [what, count] of Object.entries(counts)) expect([what, count > 100]).toEqual([what, true]);
  });

  it.each(longImages(LONG).map((image) => [image.slice(0, 24), image]))(
    "end also where an image is 250,000 characters of %j",
    (_beginning, image) => {
      const policies = [
        policyNamed("p", { recipe: "custom", input: { effect: "block", rules: [{ imageName: "b*x*y*z" }] } }),
      ];
      const { allowed, problem } = evaluateImage(image, policies);
      // Only a host may be of any length.
      const isRead = image.endsWith("a/app:1");
      expect([allowed, problem === undefined]).toEqual([isRead, isRead]);
    },
  );

  it("end also where a pattern of many stars meets a value that nearly fits it again and again", () => {
    const token = compileGlob(`${"*a".repeat(120)}b`);
    expect(matchesToken(token, "a".repeat(LONG))).toBe(false);
    expect(matchesToken(token, `${"a".repeat(LONG)}b`)).toBe(true);
  });
});
