import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { TestApi } from "../admission/api-for-tests.js";
import { ADMIN_TOKEN, namespace, startTestApi } from "../admission/api-for-tests.js";
import type { ApiObject } from "../api/object.js";
import type { UserInfo } from "../api/service.js";

const ada: UserInfo = { name: "ada", groups: ["system:authenticated"] };

let cluster: TestApi;

beforeAll(async () => {
  cluster = await startTestApi();
  await cluster.apply(namespace("x"));
  await cluster.apply({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { namespace: "x", name: "ada" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ kind: "User", name: "ada", apiGroup: "rbac.authorization.k8s.io" }],
  });
});

afterAll(() => cluster.close());

async function review(
  kind: string,
  spec: object,
  options: { user?: UserInfo; namespace?: string } = {},
): Promise<ApiObject> {
  const resource = `${kind.toLowerCase()}s`;
  const handler = cluster.access.handlers.virtual.find((one) => one.resource === resource);
  if (!handler) throw new Error(`nothing answers ${kind}`);
  return handler.create({
    user: options.user ?? cluster.admin,
    ref: { group: handler.group, version: handler.version, resource },
    ...(options.namespace && { namespace: options.namespace }),
    body: {
      apiVersion: `${handler.group}/${handler.version}`,
      kind,
      metadata: options.namespace ? { namespace: options.namespace } : {},
      spec,
    },
    dryRun: false,
    query: new URLSearchParams(),
    warn: () => undefined,
    signal: new AbortController().signal,
  });
}

const listPods = { namespace: "x", verb: "list", resource: "pods" };

describe("access reviews", () => {
  test("SelfSubjectAccessReview asks about the asker", async () => {
    const { status } = await review(
      "SelfSubjectAccessReview",
      { resourceAttributes: listPods },
      { user: ada },
    );
    expect(status).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "ada/x" of ClusterRole "view" to User "ada"',
    });
    const deletion = { resourceAttributes: { ...listPods, verb: "delete" } };
    expect((await review("SelfSubjectAccessReview", deletion, { user: ada }))["status"]).toEqual({
      allowed: false,
    });
  });

  test("SubjectAccessReview asks about others, by name or group", async () => {
    const about = { user: "ada", resourceAttributes: listPods };
    expect((await review("SubjectAccessReview", about))["status"]).toMatchObject({ allowed: true });
    const masters = { groups: ["system:masters"], nonResourceAttributes: { path: "/any", verb: "get" } };
    expect((await review("SubjectAccessReview", masters))["status"]).toMatchObject({ allowed: true });
  });

  test("LocalSubjectAccessReview stays in its namespace", async () => {
    const about = { user: "ada", resourceAttributes: { ...listPods, namespace: "y" } };
    await expect(review("LocalSubjectAccessReview", about, { namespace: "x" })).rejects.toThrow(
      'spec.resourceAttributes.namespace: Invalid value: "y": must match metadata.namespace',
    );
  });

  test("a review that asks nothing is invalid", async () => {
    await expect(review("SelfSubjectAccessReview", {})).rejects.toThrow(
      "exactly one of nonResourceAttributes or resourceAttributes must be specified",
    );
  });
});

describe("subject reviews", () => {
  test("SelfSubjectRulesReview lists the rules of roles and cluster roles", async () => {
    const { status } = await review("SelfSubjectRulesReview", { namespace: "x" }, { user: ada });
    const { resourceRules, nonResourceRules } = status as {
      resourceRules: { resources: string[] }[];
      nonResourceRules: { nonResourceURLs: string[] }[];
    };
    expect(resourceRules.some(({ resources }) => resources.includes("configmaps"))).toBe(true);
    expect(resourceRules.some(({ resources }) => resources.includes("selfsubjectaccessreviews"))).toBe(true);
    expect(nonResourceRules.some(({ nonResourceURLs }) => nonResourceURLs.includes("/version"))).toBe(true);
  });

  test("SelfSubjectReview tells the asker who they are", async () => {
    expect((await review("SelfSubjectReview", {}, { user: ada }))["status"]).toEqual({
      userInfo: { username: "ada", groups: ["system:authenticated"] },
    });
  });

  test("TokenReview knows good tokens from bad ones", async () => {
    expect((await review("TokenReview", { token: ADMIN_TOKEN }))["status"]).toMatchObject({
      authenticated: true,
      user: { username: "kubernetes-admin" },
    });
    const bad = (await review("TokenReview", { token: "bad" }))["status"] as { authenticated?: boolean };
    expect(bad.authenticated).toBeUndefined();
    const other = (await review("TokenReview", { token: ADMIN_TOKEN, audiences: ["vault"] }))["status"];
    expect(other).not.toHaveProperty("authenticated");
  });
});
