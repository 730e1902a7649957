import { expect, it } from "vitest";

import { roleRules } from "./sign-in-flags.js";

it.each([
  ["instructor=teachers", { role: "instructor", value: "teachers" }],
  ["instructor=group:teachers", { role: "instructor", value: "teachers", kind: "group" }],
  ["helper=email:ben@example.org", { role: "helper", value: "ben@example.org", kind: "email" }],
  ["operator=subject:a=b", { role: "operator", value: "a=b", kind: "subject" }],
  ["helper=group:group:x", { role: "helper", value: "group:x", kind: "group" }],
  ["helper=urn:group:x", { role: "helper", value: "urn:group:x" }],
])("reads %s", (flag, rule) => {
  expect(roleRules(flag, undefined)).toEqual([rule]);
});

it("adds the rules of several flags up", () => {
  const first = roleRules("helper=group:a", undefined);
  expect(roleRules("operator=subject:b", first)).toEqual([
    { role: "helper", value: "a", kind: "group" },
    { role: "operator", value: "b", kind: "subject" },
  ]);
});

it.each(["teachers", "learner=group:x", "helper=", "helper=group:", "boss=x"])("refuses %s", (flag) => {
  expect(() => roleRules(flag, undefined)).toThrow(/ROLE=VALUE/);
});
