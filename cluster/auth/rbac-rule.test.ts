import { expect, test } from "vitest";

import type { AccessAttributes } from "./access.js";
import type { PolicyRule } from "./rbac-rule.js";
import { ruleAllows } from "./rbac-rule.js";

type Asked = NonNullable<AccessAttributes["resource"]>;

const user = { name: "ada", groups: [] };
const pods: PolicyRule = { verbs: ["get"], apiGroups: [""], resources: ["pods"] };

test.each<[boolean, string, PolicyRule, Partial<Asked> & { verb?: string }]>([
  [true, "the verb and resource it names", pods, {}],
  [false, "another verb", pods, { verb: "list" }],
  [false, "another resource", pods, { resource: "secrets" }],
  [false, "the same resource of another group", pods, { group: "apps" }],
  [false, "a subresource of it", pods, { subresource: "log" }],
  [true, "a subresource it names", { ...pods, resources: ["pods/log"] }, { subresource: "log" }],
  [false, "the resource of a subresource it names", { ...pods, resources: ["pods/log"] }, {}],
  [
    true,
    "that subresource of any resource by */log",
    { ...pods, resources: ["*/log"] },
    { subresource: "log" },
  ],
  [true, "everything in the group by *", { ...pods, resources: ["*"] }, { subresource: "exec" }],
  [false, "subresources by pods/*", { ...pods, resources: ["pods/*"] }, { subresource: "log" }],
  [true, "any group by *", { ...pods, apiGroups: ["*"] }, { group: "apps" }],
  [true, "any verb by *", { ...pods, verbs: ["*"] }, { verb: "deletecollection" }],
  [true, "the object it names", { ...pods, resourceNames: ["a"] }, { name: "a" }],
  [false, "another object", { ...pods, resourceNames: ["a"] }, { name: "b" }],
  [false, "a list where it names objects", { ...pods, resourceNames: ["a"] }, {}],
])("%s for %s", (allowed, _, rule, { verb = "get", ...asked }) => {
  const resource = { group: "", resource: "pods", namespace: "x", ...asked };
  expect(ruleAllows(rule, { user, verb, resource })).toBe(allowed);
});

test.each<[boolean, string, string]>([
  [true, "/healthz", "/healthz"],
  [false, "/healthz", "/healthz/etcd"],
  [true, "/healthz/*", "/healthz/etcd"],
  [false, "/healthz/*", "/healthz"],
  [true, "*", "/anything"],
])("%s for the path pattern %s and %s", (allowed, pattern, path) => {
  expect(ruleAllows({ verbs: ["get"], nonResourceURLs: [pattern] }, { user, verb: "get", path })).toBe(
    allowed,
  );
});

test("a rule about resources says nothing about paths", () => {
  const all = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
  expect(ruleAllows(all, { user, verb: "get", path: "/version" })).toBe(false);
});
