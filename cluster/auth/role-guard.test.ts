import { afterEach, beforeEach, expect, test } from "vitest";

import type { TestApi } from "../admission/api-for-tests.js";
import { namespace, startTestApi } from "../admission/api-for-tests.js";
import type { UserInfo } from "../api/service.js";

const GROUP = "rbac.authorization.k8s.io";
const ada: UserInfo = { name: "ada", groups: ["system:authenticated"] };

let cluster: TestApi;

beforeEach(async () => {
  cluster = await startTestApi();
  await cluster.apply(namespace("x"));
});

afterEach(() => cluster.close());

function role(name: string, rules: object[]): object {
  return { apiVersion: `${GROUP}/v1`, kind: "Role", metadata: { namespace: "x", name }, rules };
}

function binding(name: string, to: string, kind = "Role", subject = "bob"): object {
  return {
    apiVersion: `${GROUP}/v1`,
    kind: "RoleBinding",
    metadata: { namespace: "x", name },
    roleRef: { apiGroup: GROUP, kind, name: to },
    subjects: [{ kind: "User", name: subject, apiGroup: GROUP }],
  };
}

const readPods = { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] };

async function grant(...rules: object[]): Promise<void> {
  await cluster.apply(role("own", rules));
  await cluster.apply(binding("own", "own", "Role", "ada"));
}

test("a role may hold what its author holds", async () => {
  await grant(readPods);
  expect((await cluster.apply(role("r", [readPods]), { user: ada })).metadata.name).toBe("r");
});

test("a role that holds more is refused, and the refusal lists what is missing", async () => {
  await grant(readPods);
  const more = [{ apiGroups: [""], resources: ["pods", "secrets"], verbs: ["list", "delete"] }];
  await expect(cluster.apply(role("r", more), { user: ada })).rejects.toMatchObject({
    message:
      'roles.rbac.authorization.k8s.io "r" is forbidden: user "ada" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n' +
      '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n' +
      '{APIGroups:[""], Resources:["secrets"], Verbs:["list" "delete"]}',
    status: { code: 403, reason: "Forbidden" },
  });
});

test("who may escalate may write any role", async () => {
  await grant({ apiGroups: [GROUP], resources: ["roles"], verbs: ["escalate"] });
  expect((await cluster.apply(role("r", [readPods]), { user: ada })).metadata.name).toBe("r");
});

test("a binding to a role with more than its author holds is refused, unless the author may bind that role", async () => {
  await expect(cluster.apply(binding("b", "view", "ClusterRole"), { user: ada })).rejects.toThrow(
    "is attempting to grant RBAC permissions not currently held",
  );
  await grant({ apiGroups: [GROUP], resources: ["clusterroles"], verbs: ["bind"], resourceNames: ["view"] });
  expect((await cluster.apply(binding("b", "view", "ClusterRole"), { user: ada })).metadata.name).toBe("b");
  await expect(cluster.apply(binding("c", "edit", "ClusterRole"), { user: ada })).rejects.toMatchObject({
    code: 403,
  });
});

test("a binding to a role that does not exist is refused to who may not bind it", async () => {
  await expect(cluster.apply(binding("b", "gone"), { user: ada })).rejects.toMatchObject({
    message: 'rolebindings.rbac.authorization.k8s.io "gone" not found',
    status: { code: 404 },
  });
});

test("a service account bound in its namespace may read there and nowhere else", async () => {
  const user: UserInfo = { name: "system:serviceaccount:x:bot", groups: ["system:serviceaccounts"] };
  await cluster.apply(role("r", [readPods]));
  const subjects = [{ kind: "ServiceAccount", name: "bot" }];
  await cluster.apply({ ...binding("bot", "r"), subjects: [{ ...subjects[0], namespace: "x" }] });
  const may = (home: string): boolean =>
    cluster.access.authorizer.authorize({
      user,
      verb: "list",
      resource: { group: "", resource: "pods", namespace: home },
    }).allowed;
  expect([may("x"), may("default")]).toEqual([true, false]);
});

test("a role that goes takes the right with it", async () => {
  await grant(readPods);
  const attributes = { user: ada, verb: "get", resource: { group: "", resource: "pods", namespace: "x" } };
  expect(cluster.access.authorizer.authorize(attributes).allowed).toBe(true);
  const ref = { group: GROUP, version: "v1", resource: "roles" };
  await cluster.api.delete(ref, { namespace: "x", name: "own" }, { user: cluster.admin });
  expect(cluster.access.authorizer.authorize(attributes)).toEqual({
    allowed: false,
    reason: 'RBAC: role.rbac.authorization.k8s.io "own" not found',
  });
});

test("an aggregated role needs everything", async () => {
  const aggregated = {
    apiVersion: `${GROUP}/v1`,
    kind: "ClusterRole",
    metadata: { name: "all" },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] },
    rules: [],
  };
  await expect(cluster.apply(aggregated, { user: ada })).rejects.toThrow(
    "must have cluster-admin privileges to use the aggregationRule",
  );
});

test("a labelled role joins those that aggregate it", async () => {
  await cluster.apply({
    apiVersion: `${GROUP}/v1`,
    kind: "ClusterRole",
    metadata: { name: "widgets", labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" } },
    rules: [{ apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get"] }],
  });
  await cluster.apply(binding("v", "admin", "ClusterRole", "ada"));
  const attributes = {
    user: ada,
    verb: "get",
    resource: { group: "example.com", resource: "widgets", namespace: "x" },
  };
  await expect.poll(() => cluster.access.authorizer.authorize(attributes).allowed).toBe(true);
});

const CLUSTER_ROLES = { group: GROUP, version: "v1", resource: "clusterroles" };

test("a role leaves those that aggregate it with its label, and joins one that comes to select it", async () => {
  const bob: UserInfo = { name: "bob", groups: ["system:authenticated"] };
  const resource = { group: "example.com", resource: "widgets", namespace: "x" };
  const mayGet = (user: UserInfo) =>
    cluster.access.authorizer.authorize({ user, verb: "get", resource }).allowed;
  const widgets = await cluster.apply({
    apiVersion: `${GROUP}/v1`,
    kind: "ClusterRole",
    metadata: {
      name: "widgets",
      labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true", part: "b" },
    },
    rules: [{ apiGroups: ["example.com"], resources: ["widgets"], verbs: ["get"] }],
  });
  const all = await cluster.apply({
    apiVersion: `${GROUP}/v1`,
    kind: "ClusterRole",
    metadata: { name: "all" },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: "a" } }] },
    rules: [],
  });
  await cluster.apply(binding("v", "view", "ClusterRole", "ada"));
  await cluster.apply(binding("a", "all", "ClusterRole", "bob"));
  await expect.poll(() => mayGet(ada)).toBe(true);
  expect(mayGet(bob)).toBe(false);
  const { admin, api } = cluster;
  const alone = { ...widgets, metadata: { ...widgets.metadata, labels: { part: "b" } } };
  await api.update(CLUSTER_ROLES, alone, { user: admin });
  await expect.poll(() => mayGet(ada)).toBe(false);
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { part: "b" } }] };
  await api.update(CLUSTER_ROLES, { ...all, aggregationRule }, { user: admin });
  await expect.poll(() => mayGet(bob)).toBe(true);
});

test("a decision takes microseconds with a thousand bindings around", async () => {
  await cluster.apply(role("r", [readPods]));
  for (let index = 0; index < 1000; index += 1)
    await cluster.apply(binding(`b${index}`, "r", "Role", `user${index}`));
  const attributes = { user: ada, verb: "get", resource: { group: "", resource: "pods", namespace: "x" } };
  const before = process.cpuUsage();
  for (let index = 0; index < 1000; index += 1) cluster.access.authorizer.authorize(attributes);
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(100_000);
});
