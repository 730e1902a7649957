import { describe, expect, test } from "vitest";

import type { AccessAttributes, Authorizer } from "./access.js";
import { impersonate } from "./impersonation.js";

const root = { name: "root", groups: ["system:masters"] };

function allowing(decide: (resource: NonNullable<AccessAttributes["resource"]>) => boolean): Authorizer {
  return {
    authorize: ({ verb, resource }) => ({
      allowed: verb === "impersonate" && resource !== undefined && decide(resource),
      reason: "",
    }),
  };
}

const anything = allowing(() => true);

describe("who may impersonate", () => {
  test("acts as the user, who is authenticated", () => {
    expect(impersonate(anything, root, { "impersonate-user": ["ada"] })).toEqual({
      name: "ada",
      groups: ["system:authenticated"],
    });
  });

  test("acts as a service account with its groups", () => {
    expect(
      impersonate(anything, root, { "impersonate-user": ["system:serviceaccount:x:bot"] }).groups,
    ).toEqual(["system:serviceaccounts", "system:serviceaccounts:x", "system:authenticated"]);
  });

  test("gives groups, uid and extras", () => {
    const headers = {
      "impersonate-user": ["ada"],
      "impersonate-group": ["dev", "ops"],
      "impersonate-uid": ["7"],
      "impersonate-extra-scopes%2fa": ["b"],
    };
    expect(impersonate(anything, root, headers)).toEqual({
      name: "ada",
      uid: "7",
      groups: ["dev", "ops", "system:authenticated"],
      extra: { "scopes/a": ["b"] },
    });
  });

  test("needs the right to each part", () => {
    const usersOnly = allowing(({ resource }) => resource === "users");
    expect(() =>
      impersonate(usersOnly, root, { "impersonate-user": ["ada"], "impersonate-group": ["dev"] }),
    ).toThrow(
      'groups "dev" is forbidden: User "root" cannot impersonate resource "groups" in API group "" at the cluster scope',
    );
  });
});

test("no header leaves the user as they are", () => {
  expect(impersonate(anything, root, { accept: ["*/*"] })).toBe(root);
});

test("groups without a user are a bad request", () => {
  expect(() => impersonate(anything, root, { "impersonate-group": ["dev"] })).toThrow(
    "without impersonating a user",
  );
});
