import { describe, expect, it } from "vitest";
import { emptyDraft, emptyRule, emptySelector, manifestOf, ruleNumber } from "./draft.js";
import { policyManifest } from "../../common/manifest.js";
import { placeProblems } from "./form-problems.js";

const draft = {
  ...emptyDraft(),
  recipe: "custom" as const,
  name: "p",
  rules: [emptyRule(), { ...emptyRule(), imageName: "UPPER" }, { ...emptyRule(), port: "80" }],
  include: [{ ...emptySelector(), values: "prod" }],
  exclude: [emptySelector(), { ...emptySelector(), key: "team", values: "not valid!" }],
};

function problemsOf(typed: typeof draft) {
  const { error } = policyManifest.safeParse(manifestOf(typed, "ws", true));
  const issues = error?.issues ?? [];
  return placeProblems(
    typed,
    issues.map(({ path, message }) => ({ path: path.join("."), message })),
  );
}

describe("the problems of a form", () => {
  it("stand at the field that a signer was typed in", () => {
    const signed = { ...draft, recipe: "require-signature" as never, rules: [], include: [], exclude: [] };
    const ofSigners = (keys: string, identities: string) => {
      const typed = { ...signed, keys, identities };
      const { error } = policyManifest.safeParse(manifestOf(typed, "ws", false));
      const issues = (error?.issues ?? []).map((each) => ({ ...each, path: each.path.join(".") }));
      const problems = placeProblems(typed, issues);
      return [problems.ofSigners("keys"), problems.ofSigners("identities"), problems.elsewhere.join()];
    };
    const key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
    expect(ofSigners("", "")).toEqual([expect.stringContaining("needs at least one signer"), undefined, ""]);
    expect(ofSigners("ssh-rsa AAAA", "")).toEqual([
      expect.stringMatching(/^The key of signer 1 must be a public key/),
      undefined,
      "",
    ]);
    expect(ofSigners(key, "dev@example.com")).toEqual([
      undefined,
      expect.stringMatching(/^The issuer of signer 2 is missing/),
      "",
    ]);
  });

  it("stand at the rows of the screen, though empty rows are not in the manifest", () => {
    const problems = problemsOf(draft);
    const [empty, upper] = draft.rules;
    expect(empty && problems.ofRule(empty, "imageName")).toBeUndefined();
    expect(upper && problems.ofRule(upper, "imageName")).toMatch(/^Image Name must be a repository path/);
    expect(ruleNumber(draft, 0)).toBe(2);
  });

  it("name what concerns a rule as a whole at the rule", () => {
    const typed = { ...draft, rules: [draft.rules[2] ?? emptyRule()], include: [], exclude: [] };
    const problems = problemsOf(typed);
    expect(typed.rules[0] && problems.ofRule(typed.rules[0])).toBe("A port needs a hostname beside it.");
  });

  it("do not let values without a key vanish", () => {
    const problems = problemsOf(draft);
    expect(draft.include[0] && problems.ofSelector(draft.include[0], "key")).toMatch(/^Label key must be/);
    expect(draft.exclude[1] && problems.ofSelector(draft.exclude[1], "values")).toMatch(/^Values must be/);
  });

  it("say in words what is missing, and keep what has no field", () => {
    expect(placeProblems({ ...draft, name: " " }, [{ path: "fullName.name", message: "must be" }]).name).toBe(
      "Give the policy a name.",
    );
    const { elsewhere } = placeProblems(draft, [{ path: "", message: "the cluster is away" }]);
    expect(elsewhere).toEqual(["The cluster is away."]);
  });
});
