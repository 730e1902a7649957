import { describe, expect, it } from "vitest";
import { accountOfClaims } from "./provider-roles.js";

const roles = [
  { role: "helper", value: "assistants" },
  { role: "instructor", value: "teachers" },
  { role: "instructor", value: "ada@example.org" },
  { role: "operator", value: "subject-1" },
] as const;

describe("what somebody may who signs in", () => {
  it.each([
    [{}, "learner"],
    [{ groups: "assistants" }, "helper"],
    [{ groups: ["x", "teachers", "assistants"] }, "instructor"],
    [{ groups: ["teacher", { value: "teachers" }, 7] }, "learner"],
    [{ email: "ada@example.org", email_verified: true }, "instructor"],
    [{ email: "ada@example.org" }, "learner"],
    [{ email: "ada@example.org", email_verified: "true" }, "learner"],
    [{ sub: "subject-1" }, "operator"],
    [{ name: "teachers", roles: ["teachers"] }, "learner"],
  ])("of %j is %s", (claims, role) => {
    expect(accountOfClaims({ sub: "s", ...claims }, { roleClaim: "groups", roles }).role).toBe(role);
  });

  it.each([
    [{ kind: "group", value: "x@example.org" }, { groups: ["x@example.org"] }, "instructor"],
    [{ kind: "group", value: "x@example.org" }, { email: "x@example.org", email_verified: true }, "learner"],
    [{ kind: "group", value: "s" }, {}, "learner"],
    [
      { kind: "email", value: "x@example.org" },
      { email: "x@example.org", email_verified: true },
      "instructor",
    ],
    [{ kind: "email", value: "x@example.org" }, { groups: ["x@example.org"] }, "learner"],
    [{ kind: "email", value: "x@example.org" }, { email: "x@example.org" }, "learner"],
    [{ kind: "subject", value: "s" }, {}, "instructor"],
    [{ kind: "subject", value: "teachers" }, { groups: ["teachers"] }, "learner"],
  ] as const)("by a rule %j of %j is %s", (rule, claims, role) => {
    const only = [{ role: "instructor" as const, ...rule }];
    expect(accountOfClaims({ sub: "s", ...claims }, { roleClaim: "groups", roles: only }).role).toBe(role);
  });

  it.each([
    ["realm_access.roles", { realm_access: { roles: ["teachers"] } }, "instructor"],
    ["https://x.example/roles", { "https://x.example/roles": ["teachers"] }, "instructor"],
    ["a.b", { "a.b": ["teachers"] }, "instructor"],
    ["constructor.name", {}, "learner"],
    ["groups.length", { groups: "teachers" }, "learner"],
  ])("is looked for at %s of %j", (roleClaim, claims, role) => {
    expect(accountOfClaims({ sub: "s", ...claims }, { roleClaim, roles }).role).toBe(role);
  });

  it.each([
    [{ name: "  Ada\u202e  Lovelace " }, "Ada Lovelace"],
    [{ name: 7, preferred_username: "ada" }, "ada"],
    [{ email: "ada@example.org" }, "ada@example.org"],
    [{ name: "x".repeat(5_000) }, "x".repeat(80)],
    [{}, "No name"],
  ])("has of %j the name %s", (claims, name) => {
    expect(accountOfClaims({ sub: "s", ...claims }, { roleClaim: "groups", roles }).name).toBe(name);
  });
});
