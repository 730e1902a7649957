import { describe, expect, it } from "vitest";

import { compileRule } from "./compiled-rule.js";
import { evaluateImage } from "./evaluate.js";
import { type Effect, imageRule, policySpec } from "./manifest.js";
import { canMeet, covers } from "./rule-relations.js";

const HOSTS = ["", "docker.io", "quay.io", "*.example.com", "a.example.com", "*", "index.docker.io"];
const NAMES = ["", "busybox", "library/busybox", "library/*", "*/busybox", "team/app", "*app*", "team/*"];
const TAGS = [
  {},
  { value: "1" },
  { value: "latest" },
  { value: "1*" },
  { value: "latest", negate: true },
  { value: "1*", negate: true },
];

const IMAGES = ["", "docker.io/", "quay.io/", "a.example.com/", "a.example.com:5000/", "evil.com/"].flatMap(
  (host) =>
    ["busybox", "library/busybox", "team/app", "team/busybox", "x/app/y"].flatMap((name) =>
      ["", ":1", ":1.2", ":latest", `@sha256:${"a".repeat(64)}`].map((tag) => `${host}${name}${tag}`),
    ),
);

const RULES = HOSTS.flatMap((hostname) =>
  NAMES.flatMap((imageName) =>
    TAGS.flatMap((tag) =>
      [false, true].map((requireDigest) => ({ hostname, imageName, tag, requireDigest })),
    ),
  ),
).filter(
  ({ hostname, imageName, tag, requireDigest }) => hostname || imageName || "value" in tag || requireDigest,
);

/** The images of the sample a rule matches, by the evaluator. */
function matched(rule: object, effect: Effect): Set<string> {
  const spec = policySpec.parse({ recipe: "custom", input: { effect, rules: [rule] } });
  const policy = { name: "p", origin: { kind: "organization", organization: "o" } as const, spec };
  return new Set(
    IMAGES.filter((image) => evaluateImage(image, [policy]).policies[0]?.rules[0]?.matched === true),
  );
}

/** Every seventh rule with every fifth: some twelve thousand pairs. */
function pairs(effect: Effect) {
  const known = RULES.map((rule) => ({ rule, compiled: compileRule(imageRule.parse(rule), effect) }));
  const firsts = known
    .filter((_, index) => index % 7 === 0)
    .map((each) => ({ ...each, images: matched(each.rule, effect) }));
  const seconds = known
    .filter((_, index) => index % 5 === 0)
    .map((each) => ({ ...each, images: matched(each.rule, effect) }));
  return firsts.flatMap((first) => seconds.map((second) => ({ first, second })));
}

describe.each(["allow", "block"] as const)("rules that %s", (effect) => {
  it("cover another only where every image of the other is theirs, and never meet one that shares none of them", () => {
    let covering = 0;
    for (const { first, second } of pairs(effect)) {
      const shared = [...second.images].filter((image) => first.images.has(image));
      if (covers(first.compiled, second.compiled)) {
        covering += 1;
        expect([first.rule, second.rule, shared.length]).toEqual([
          first.rule,
          second.rule,
          second.images.size,
        ]);
      }
      if (shared.length > 0)
        expect([first.rule, second.rule, canMeet(first.compiled, second.compiled)]).toEqual([
          first.rule,
          second.rule,
          true,
        ]);
    }
    expect(covering).toBeGreaterThan(100);
  });
});
