import { describe, expect, it } from "vitest";

import { policyManifest, policySpec } from "./manifest.js";

const problemsOf = (spec: unknown) =>
  policySpec.safeParse(spec).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

describe("policySpec", () => {
  it("fills in what manifests leave out, and allows where no effect is given", () => {
    expect(
      policySpec.parse({ recipe: "custom", input: { rules: [{ imageName: "library/busybox", tag: {} }] } }),
    ).toEqual({
      type: "image-policy",
      recipe: "custom",
      recipeVersion: "v1",
      input: {
        audit: false,
        effect: "allow",
        rules: [
          {
            hostname: "",
            port: "",
            imageName: "library/busybox",
            tag: { value: "", negate: false },
            requireDigest: false,
          },
        ],
      },
      namespaceSelector: { matchExpressions: [] },
    });
  });

  it.each([{}, { input: null }, { input: {} }, { input: { rules: [] } }, { namespaceSelector: null }])(
    "takes require-digest with %j",
    (rest) => {
      expect(problemsOf({ recipe: "require-digest", ...rest })).toEqual([]);
    },
  );

  it.each([
    [{ recipe: "custom" }, "input.rules: recipe custom needs at least one rule"],
    [{ recipe: "custom", input: { rules: [{ tag: {} }] } }, "input.rules.0: the rule is empty"],
    [{ recipe: "custom", input: { rules: [{ port: "80" }] } }, "input.rules.0: a port needs a hostname"],
    [
      { recipe: "custom", input: { rules: [{ imageName: "busybox:1" }] } },
      "input.rules.0.imageName: must be a repository path",
    ],
    [{ recipe: "custom", input: { rules: [{ imageName: "a|b" }] } }, "input.rules.0.imageName"],
    [{ recipe: "custom", input: { rules: [{ hostname: "a/b" }] } }, "input.rules.0.hostname: must be a host"],
    [
      { recipe: "require-digest", input: { rules: [{ imageName: "a" }] } },
      "input.rules: recipe require-digest takes no rules",
    ],
    [
      { recipe: "allowed-name-tag", input: { rules: [{ hostname: "a.b" }] } },
      "input.rules.0: recipe allowed-name-tag takes",
    ],
    [
      { recipe: "block-latest-tag", input: { effect: "block" } },
      "input.effect: only the recipe custom can block",
    ],
    [{ recipe: "allow-everything" }, "recipe: "],
    [
      { recipe: "require-digest", namespaceSelector: { matchExpressions: [{ key: "env", operator: "In" }] } },
      "namespaceSelector.matchExpressions.0.values: In needs at least one value",
    ],
    [
      {
        recipe: "require-digest",
        namespaceSelector: { matchExpressions: [{ key: "env", operator: "Exists", values: ["x"] }] },
      },
      "namespaceSelector.matchExpressions.0.values: Exists takes no values",
    ],
    ...(
      [
        [{}, "authorities.0.key: is missing"],
        [{ issuer: "https://accounts.google.com" }, "authorities.0.subject: is missing"],
        [{ subject: "dev@example.com" }, "authorities.0.issuer: is missing"],
        [
          { issuer: "accounts.google.com", subject: "dev@example.com" },
          "authorities.0.issuer: must be the address",
        ],
        [{ issuer: "https://*", subject: "dev@example.com" }, "authorities.0.issuer: must be the address"],
        [
          { issuer: "https://accounts.google.com", subject: "**" },
          "authorities.0.subject: must be who signs",
        ],
        [
          { issuer: "https://accounts.google.com", subject: "a b" },
          "authorities.0.subject: must be who signs",
        ],
      ] satisfies [object, string][]
    ).map(([signer, problem]): [object, string] => [
      { recipe: "require-signature", input: { authorities: [signer] } },
      `input.${problem}`,
    ]),
  ])("refuses %j", (spec, problem) => {
    expect(problemsOf(spec).join("\n")).toContain(problem);
  });

  it("bounds the rules of a policy", () => {
    const rules = Array.from({ length: 51 }, (_, index) => ({ imageName: `image-${index}` }));
    expect(problemsOf({ recipe: "custom", input: { rules } }).join()).toContain("may hold 50 rules at most");
  });
});

describe("policyManifest", () => {
  it.each(["UPPER", "-x", "x-", "a.b", "", "x".repeat(64)])("refuses the name %j", (name) => {
    expect(policyManifest.safeParse({ fullName: { name }, spec: { recipe: "require-digest" } }).success).toBe(
      false,
    );
  });
});
