import { describe, expect, it } from "vitest";
import { policyManifest } from "../../common/manifest.js";
import { draftOf, emptyDraft, emptyRule, manifestOf } from "./draft.js";

describe("the policy form's draft", () => {
  it("stands for the policy of the page: custom, block, busybox", () => {
    const draft = { ...emptyDraft(), recipe: "custom" as const, name: "no-busybox-image-policy" };
    const rules = [{ ...emptyRule(), imageName: "busybox" }, emptyRule()];
    const { spec } = policyManifest.parse(manifestOf({ ...draft, rules }, "tko-day1-ops-ws", true));
    expect(spec.input).toMatchObject({ effect: "block", rules: [{ imageName: "busybox" }] });
    expect(spec.input.rules).toHaveLength(1);
  });

  it("sends no rules with a template that takes none, whatever was typed before", () => {
    const draft = {
      ...emptyDraft(),
      name: "digest-image-policy",
      rules: [{ ...emptyRule(), imageName: "nginx" }],
    };
    expect(policyManifest.parse(manifestOf(draft, "ws", false)).spec.input.rules).toEqual([]);
  });

  it("reads back every policy it wrote", () => {
    const draft = {
      ...emptyDraft(),
      recipe: "custom" as const,
      name: "p",
      effect: "allow" as const,
      rules: [
        {
          ...emptyRule(),
          hostname: "*.example.com",
          port: "8443",
          tag: "v1.*",
          tagNegated: true,
          requireDigest: true,
        },
      ],
      include: [{ id: 1, key: "env", values: "prod, stage" }],
      exclude: [{ id: 2, key: "legacy", values: "" }],
      audit: true,
    };
    const { spec } = policyManifest.parse(manifestOf(draft, "ws", true));
    const again = policyManifest.parse(manifestOf(draftOf("p", spec), "ws", true));
    expect(again.spec).toEqual(spec);
    expect(spec.namespaceSelector.matchExpressions.map(({ operator }) => operator)).toEqual([
      "In",
      "DoesNotExist",
    ]);
  });

  it("trusts every key that was typed, one below the other", () => {
    const [first, second] = ["AAAA", "BBBB"].map(
      (body) => `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----`,
    );
    const keys = `\n${first}\n\n${second}\n`;
    const draft = { ...emptyDraft(), recipe: "require-signature" as const, name: "signed", keys };
    const { spec } = policyManifest.parse(manifestOf(draft, "ws", false));
    expect(spec.input.authorities).toEqual([{ key: first }, { key: second }]);
    const again = policyManifest.parse(manifestOf(draftOf("signed", spec), "ws", false));
    expect(again.spec).toEqual(spec);
  });

  it("trusts identities beside keys, one a line", () => {
    const key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
    const identities =
      "\n dev@example.com   https://accounts.google.com\nhttps://x.example.com/* https://y.example.com \n";
    const draft = {
      ...emptyDraft(),
      recipe: "require-signature" as const,
      name: "signed",
      keys: key,
      identities,
    };
    const { spec } = policyManifest.parse(manifestOf(draft, "ws", false));
    expect(spec.input.authorities).toEqual([
      { key },
      { issuer: "https://accounts.google.com", subject: "dev@example.com" },
      { issuer: "https://y.example.com", subject: "https://x.example.com/*" },
    ]);
    const again = policyManifest.parse(manifestOf(draftOf("signed", spec), "ws", false));
    expect(again.spec).toEqual(spec);
  });

  it("has registries asked only where that was chosen", () => {
    const draft = { ...emptyDraft(), name: "pins" };
    const inputOf = (verify: boolean) =>
      policyManifest.parse(manifestOf({ ...draft, verify }, "ws", false)).spec.input;
    expect([inputOf(true).verify, inputOf(false).verify]).toEqual([true, undefined]);
  });
});
