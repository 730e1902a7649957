import { describe, expect, it } from "vitest";

import type { EffectivePolicy } from "./effective.js";
import { evaluateImage } from "./evaluate.js";
import { type PolicySpecInput, policySpec } from "./manifest.js";
import { boundsProblem, compileParameters, liftsSomething } from "./parameters.js";
import { describePolicy } from "./words.js";

const policy = (name: string, spec: PolicySpecInput): EffectivePolicy => ({
  name,
  origin: { kind: "organization", organization: "org" },
  spec: policySpec.parse(spec),
});
const custom = (effect: "allow" | "block", ...rules: object[]) =>
  policy("p", { recipe: "custom", input: { effect, rules } });

const parametersOf = (...policies: EffectivePolicy[]) => compileParameters(policies).enforced;
const fiftyRules = (imageName: (index: number) => string) =>
  custom("allow", ...Array.from({ length: 50 }, (_, index) => ({ imageName: imageName(index) })));

describe("evaluateImage", () => {
  it("says which field failed and what would pass", () => {
    const { allowed, policies } = evaluateImage("quay.io/x/app:v2", [
      custom("allow", { hostname: "harbor.example.com", imageName: "x/*", tag: { value: "v1*" } }),
    ]);
    expect(allowed).toBe(false);
    expect(policies[0]?.rules[0]?.fields.map(({ field, matched }) => [field, matched])).toEqual([
      ["hostname", false],
      ["imageName", true],
      ["tag", false],
    ]);
    expect(policies[0]?.reason).toBe("The registry host is quay.io, which does not fit harbor.example.com.");
    expect(policies[0]?.advice).toBe("It would pass with the registry harbor.example.com and the tag v1*.");
  });

  it("explains why busybox does not match library/busybox", () => {
    const { policies } = evaluateImage("busybox", [custom("allow", { imageName: "busybox" })]);
    expect(policies[0]?.advice).toContain("library/busybox");
  });

  it("advises to pin by digest", () => {
    const { policies } = evaluateImage("nginx:1.27", [policy("pins", { recipe: "require-digest" })]);
    expect(policies[0]?.advice).toContain("nginx:1.27@sha256:");
  });

  it("lets a policy on dry run fail without refusing", () => {
    const verdict = evaluateImage("nginx", [
      policy("pins", { recipe: "require-digest", input: { audit: true } }),
    ]);
    expect([verdict.allowed, verdict.policies[0]?.passed]).toEqual([true, false]);
  });

  it("refuses what is no reference, and says why", () => {
    const verdict = evaluateImage("Busybox", [custom("block", { imageName: "nginx" })]);
    expect([verdict.allowed, verdict.problem]).toEqual([
      false,
      'the name "library/Busybox" must be lowercase',
    ]);
  });

  it("demands all policies, and any rule of each", () => {
    const either = custom("allow", { imageName: "library/nginx" }, { imageName: "library/redis" });
    const pins = policy("pins", { recipe: "require-digest" });
    const digest = `@sha256:${"a".repeat(64)}`;
    const allowed = (image: string) => evaluateImage(image, [either, pins]).allowed;
    expect(["redis", `redis${digest}`, `busybox${digest}`].map(allowed)).toEqual([false, true, false]);
  });
});

describe("describePolicy", () => {
  it.each([
    [
      custom("block", { imageName: "busybox" }),
      "Images are refused when they are named busybox (in any repository). All others may run.",
    ],
    [
      custom(
        "allow",
        { hostname: "*.example.com", tag: { value: "latest", negate: true } },
        { imageName: "library/*", requireDigest: true },
      ),
      "Images may run only when they are from *.example.com with a tag other than latest; or named library/* with a digest. All others are refused.",
    ],
    [policy("d", { recipe: "require-digest" }), "Every image must carry a digest (name@sha256:...)."],
  ])("of %#", ({ spec }, sentence) => {
    expect(describePolicy(spec)).toBe(sentence);
  });
});

describe("boundsProblem", () => {
  it("counts patterns that need regular expressions twentyfold", () => {
    expect(boundsProblem([fiftyRules((index) => `library/image-${index}`)])).toBeUndefined();
    expect(boundsProblem([fiftyRules((index) => `a*${index}*b`)])).toContain(
      "ask for 1050 tests, the limit is 1000",
    );
  });
});

describe("liftsSomething", () => {
  const pins = policy("pins", { recipe: "require-digest" });
  const noLatest = policy("no-latest", { recipe: "block-latest-tag" });

  it("is true when a policy goes or changes, and false when one comes", () => {
    expect(liftsSomething(parametersOf(pins), parametersOf(pins, noLatest))).toBe(false);
    expect(liftsSomething(parametersOf(), parametersOf(pins))).toBe(false);
    expect(liftsSomething(parametersOf(pins, noLatest), parametersOf(noLatest))).toBe(true);
    expect(liftsSomething(parametersOf(pins), parametersOf())).toBe(true);
    expect(
      liftsSomething(
        parametersOf(custom("block", { imageName: "a" })),
        parametersOf(custom("block", { imageName: "b" })),
      ),
    ).toBe(true);
  });
});
