import { describe, expect, it } from "vitest";

import { labelChanges } from "./labels.js";

describe("the labels that tmc is given", () => {
  it("are set and removed, of several flags and over those of a manifest", () => {
    expect(labelChanges(["env=prod,old-", "team=a=b"], { labels: { env: "test", tier: "web" } })).toEqual({
      env: "prod",
      tier: "web",
      old: null,
      team: "a=b",
    });
  });

  it.each([["env=prod,"], [",env=prod"], ["env=prod,,tier=web"], [""]])(
    "are not guessed behind a comma: %j",
    (flag) => {
      expect(() => labelChanges([flag], undefined)).toThrow(
        "InvalidArgument: an empty label was given, or a comma with no label before or behind it; expected key=value to set one or key- to remove it",
      );
    },
  );

  it.each(["env", "=prod", "-"])("are keys with a value or a - : %j", (flag) => {
    expect(() => labelChanges([flag], undefined)).toThrow(`"${flag}" is no label; expected key=value`);
  });
});
