import { describe, expect, it } from "vitest";

import type { EffectivePolicy } from "./effective.js";
import { lintPolicy } from "./lint.js";
import { type PolicySpecInput, policySpec } from "./manifest.js";

const policy = (name: string, spec: PolicySpecInput): EffectivePolicy => ({
  name,
  origin: { kind: "workspace", organization: "org", workspace: "ws" },
  spec: policySpec.parse(spec),
});
const custom = (effect: "allow" | "block", ...rules: object[]) =>
  policy("p", { recipe: "custom", input: { effect, rules } });
const codes = (subject: EffectivePolicy, others: EffectivePolicy[] = []) =>
  lintPolicy(subject, others).map(({ code }) => code);

describe("lintPolicy", () => {
  it("warns that busybox never matches library/busybox in a rule that allows", () => {
    const [warning] = lintPolicy(custom("allow", { imageName: "busybox" }));
    expect(warning).toMatchObject({ code: "NEVER_MATCHES", rule: 0 });
    expect(warning?.message).toContain("library/busybox");
  });

  it.each([
    ["blocks by familiar name", custom("block", { imageName: "busybox" })],
    ["names the path in full", custom("allow", { imageName: "library/busybox" })],
    ["is about another registry", custom("allow", { hostname: "quay.io", imageName: "busybox" })],
    ["begins with a star", custom("allow", { imageName: "*box" })],
  ])("says nothing where a rule %s", (_title, subject) => {
    expect(codes(subject)).toEqual([]);
  });

  it("finds a registry written into the image name", () => {
    expect(codes(custom("block", { imageName: "quay.io/x/app" }))).toEqual(["NEVER_MATCHES"]);
  });

  it("finds a rule that no tag meets", () => {
    const tag = { value: "*", negate: true };
    expect(codes(custom("allow", { hostname: "quay.io", tag }))).toEqual(["NEVER_MATCHES"]);
    expect(codes(custom("block", { tag: { value: "v1*", negate: true } }))).toEqual([]);
  });

  it("finds a rule that blocks everything, and one given twice", () => {
    expect(codes(custom("block", { imageName: "*" }))).toEqual(["BLOCKS_EVERYTHING"]);
    expect(codes(custom("block", { imageName: "a" }, { imageName: "a" }))).toEqual(["REDUNDANT"]);
  });

  it("finds two allowlists that can admit nothing together", () => {
    const one = custom("allow", { hostname: "harbor.example.com" });
    expect(codes(one, [custom("allow", { hostname: "quay.io" })])).toEqual(["CONTRADICTION"]);
    expect(codes(one, [custom("allow", { hostname: "*.example.com" })])).toEqual([]);
    expect(codes(one, [custom("block", { hostname: "quay.io" })])).toEqual([]);
    expect(codes(one, [policy("pins", { recipe: "require-digest" })])).toEqual([]);
    const latest = custom("allow", { tag: { value: "latest" } });
    expect(codes(latest, [policy("no-latest", { recipe: "block-latest-tag" })])).toEqual(["CONTRADICTION"]);
  });

  it("finds rules that another rule or policy leaves nothing to do", () => {
    expect(codes(custom("allow", { imageName: "library/*" }, { imageName: "library/nginx" }))).toEqual([
      "SHADOWED",
    ]);
    expect(
      codes(
        custom("allow", { imageName: "library/nginx", tag: { value: "1" } }, { imageName: "library/nginx" }),
      ),
    ).toEqual(["SHADOWED"]);
    const noBusybox = custom("block", { imageName: "busybox" });
    expect(codes(custom("block", { imageName: "library/busybox" }), [noBusybox])).toEqual(["SHADOWED"]);
    expect(
      codes(custom("allow", { imageName: "library/busybox" }, { imageName: "library/nginx" }), [noBusybox]),
    ).toEqual(["CONTRADICTION"]);
    const harbor = custom("allow", { hostname: "harbor.example.com" });
    expect(
      lintPolicy(custom("allow", { hostname: "quay.io" }, { hostname: "*.example.com" }), [harbor]),
    ).toMatchObject([{ code: "CONTRADICTION", rule: 0 }]);
    expect(codes(custom("block", { hostname: "quay.io" }), [harbor])).toEqual(["SHADOWED"]);
    expect(codes(custom("block", { hostname: "*.example.com", imageName: "x/y" }), [harbor])).toEqual([]);
  });
});
