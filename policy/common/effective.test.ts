import { describe, expect, it } from "vitest";

import { type EffectivePolicy, effectivePolicies, selects } from "./effective.js";
import { policySpec } from "./manifest.js";

const policy = (name: string, workspace?: string, organization = "org"): EffectivePolicy => ({
  name,
  origin:
    workspace === undefined
      ? { kind: "organization", organization }
      : { kind: "workspace", organization, workspace },
  spec: policySpec.parse({ recipe: "require-digest" }),
});

describe("effectivePolicies", () => {
  it("takes the organization's first, then the workspace's, and nobody else's", () => {
    const all = [
      policy("b", "ws"),
      policy("z"),
      policy("a", "ws"),
      policy("c", "other"),
      policy("d", "ws", "foreign"),
    ];
    const { selected } = effectivePolicies(all, {
      namespace: "ns",
      organization: "org",
      workspace: "ws",
      labels: {},
    });
    expect(selected.map(({ name }) => name)).toEqual(["z", "a", "b"]);
  });

  it("gives the same policies for every namespace, so that what is made of one is made once", () => {
    const all = [policy("a"), policy("b", "ws")];
    const of = (namespace: string) =>
      effectivePolicies(all, { namespace, organization: "org", workspace: "ws", labels: {} }).selected;
    const [first, second] = [of("one"), of("two")];
    expect(first.every((each, index) => each === second[index])).toBe(true);
  });

  it("leaves a namespace without workspace alone", () => {
    expect(
      effectivePolicies([policy("z")], { namespace: "ns", organization: "org", labels: {} }).selected,
    ).toEqual([]);
  });

  it("tells which policies the labels keep off", () => {
    const selective = policy("prod");
    selective.spec.namespaceSelector.matchExpressions = [{ key: "env", operator: "In", values: ["prod"] }];
    const where = { namespace: "ns", organization: "org", workspace: "ws", labels: { env: "dev" } };
    const { selected, notSelected } = effectivePolicies([selective, policy("all")], where);
    expect([selected.map(({ name }) => name), notSelected.map(({ name }) => name)]).toEqual([
      ["all"],
      ["prod"],
    ]);
  });
});

describe("selects", () => {
  it.each([
    ["In", ["a"], { k: "a" }, true],
    ["In", ["a"], { k: "b" }, false],
    ["In", ["a"], {}, false],
    ["NotIn", ["a"], { k: "a" }, false],
    ["NotIn", ["a"], {}, true],
    ["Exists", [], { k: "" }, true],
    ["Exists", [], {}, false],
    ["DoesNotExist", [], {}, true],
    ["DoesNotExist", [], { k: "a" }, false],
    ["Exists", [], Object.create({ k: "inherited" }) as Record<string, string>, false],
  ] as const)("%s %j on %j is %s", (operator, values, labels, expected) => {
    expect(selects([{ key: "k", operator, values: [...values] }], labels)).toBe(expected);
  });
});
