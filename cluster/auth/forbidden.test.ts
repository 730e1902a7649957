import { expect, test } from "vitest";

import type { AccessAttributes } from "./access.js";
import { accessDenied } from "./forbidden.js";

const user = { name: "u", groups: [] };

test.each<[string, Omit<AccessAttributes, "user">]>([
  [
    'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "x"',
    { verb: "list", resource: { group: "", resource: "pods", namespace: "x" } },
  ],
  [
    'deployments.apps "d" is forbidden: User "u" cannot get resource "deployments" in API group "apps" in the namespace "x"',
    { verb: "get", resource: { group: "apps", resource: "deployments", namespace: "x", name: "d" } },
  ],
  [
    'nodes is forbidden: User "u" cannot list resource "nodes" in API group "" at the cluster scope',
    { verb: "list", resource: { group: "", resource: "nodes" } },
  ],
  [
    'pods "p" is forbidden: User "u" cannot create resource "pods/exec" in API group "" in the namespace "x"',
    {
      verb: "create",
      resource: { group: "", resource: "pods", subresource: "exec", namespace: "x", name: "p" },
    },
  ],
  ['forbidden: User "u" cannot get path "/metrics"', { verb: "get", path: "/metrics" }],
])("%s", (text, attributes) => {
  expect(accessDenied({ user, ...attributes }, "")).toMatchObject({
    message: text,
    code: 403,
    reason: "Forbidden",
  });
});

test("the authorizer's reason follows the text", () => {
  const attributes = { user, verb: "list", resource: { group: "", resource: "pods", namespace: "x" } };
  expect(accessDenied(attributes, "RBAC: role not found").message).toMatch(
    /in the namespace "x": RBAC: role not found$/,
  );
});

test("a user name cannot carry markup into a page", () => {
  const attributes = { user: { name: "<b>", groups: [] }, verb: "get", path: "/" };
  expect(accessDenied(attributes, "").message).toContain('User "&lt;b&gt;" cannot');
});
