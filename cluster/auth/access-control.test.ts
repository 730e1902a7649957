import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { TestApi } from "../admission/api-for-tests.js";
import { ADMIN_TOKEN, namespace, serviceAccount, startTestApi } from "../admission/api-for-tests.js";
import type { UserInfo } from "../api/service.js";

let cluster: TestApi;

beforeEach(async () => {
  cluster = await startTestApi();
  await cluster.apply(namespace("x"));
});

afterEach(() => cluster.close());

describe("authentication", () => {
  test("the administrator's token is a member of system:masters", async () => {
    expect(await cluster.access.authenticator.authenticate(ADMIN_TOKEN)).toMatchObject({
      groups: ["system:masters", "system:authenticated"],
    });
  });

  test("no token is anonymous, a wrong one is nobody", async () => {
    expect(await cluster.access.authenticator.authenticate(undefined)).toMatchObject({
      name: "system:anonymous",
    });
    expect(await cluster.access.authenticator.authenticate("wrong")).toBeUndefined();
  });
});

function person(groups: string[] = []): UserInfo {
  return { name: "ada", groups: [...groups, "system:authenticated"] };
}

function may(user: UserInfo, verb: string, resource: string, group = ""): boolean {
  const attributes = { user, verb, resource: { group, resource, namespace: "x" } };
  return cluster.access.authorizer.authorize(attributes).allowed;
}

describe("default roles", () => {
  test("anybody may read the version and review their own access", () => {
    const anonymous = { name: "system:anonymous", groups: ["system:unauthenticated"] };
    expect(
      cluster.access.authorizer.authorize({ user: anonymous, verb: "get", path: "/version" }).allowed,
    ).toBe(true);
    expect(may(person(), "create", "selfsubjectaccessreviews", "authorization.k8s.io")).toBe(true);
    expect(may(person(), "list", "pods")).toBe(false);
  });

  test("admin holds what edit and view hold, by aggregation", async () => {
    await bind("admin", "ada");
    expect(may(person(), "list", "pods")).toBe(true);
    expect(may(person(), "create", "deployments", "apps")).toBe(true);
    expect(may(person(), "create", "rolebindings", "rbac.authorization.k8s.io")).toBe(true);
    expect(may(person(), "list", "nodes")).toBe(false);
  });

  test("view does not show secrets", async () => {
    await bind("view", "ada");
    expect(may(person(), "list", "configmaps")).toBe(true);
    expect(may(person(), "list", "secrets")).toBe(false);
    expect(may(person(), "delete", "pods")).toBe(false);
  });

  test("a decision names the binding it rests on", async () => {
    await bind("view", "ada");
    const attributes = {
      user: person(),
      verb: "list",
      resource: { group: "", resource: "pods", namespace: "x" },
    };
    expect(cluster.access.authorizer.authorize(attributes).reason).toBe(
      'RBAC: allowed by RoleBinding "ada/x" of ClusterRole "view" to User "ada"',
    );
  });
});

async function bind(role: string, user: string): Promise<void> {
  await cluster.apply({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { namespace: "x", name: user },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ kind: "User", name: user, apiGroup: "rbac.authorization.k8s.io" }],
  });
}

describe("service account tokens", () => {
  const refs = { group: "", version: "v1" };

  async function request(spec: object = {}, name = "builder"): Promise<{ token: string }> {
    const handler = cluster.access.handlers.subresources.find(({ subresource }) => subresource === "token");
    const answer = await handler?.create({
      user: cluster.admin,
      ref: { ...refs, resource: "serviceaccounts", subresource: "token" },
      namespace: "x",
      name,
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: {}, spec },
      dryRun: false,
      query: new URLSearchParams(),
      warn: () => undefined,
      signal: new AbortController().signal,
    });
    return answer?.["status"] as { token: string };
  }

  beforeEach(async () => {
    await cluster.apply(serviceAccount("x", "builder"));
  });

  test("a token is the account, with the groups of all accounts and of its namespace", async () => {
    const { token } = await request();
    expect(await cluster.access.authenticator.authenticate(token)).toMatchObject({
      name: "system:serviceaccount:x:builder",
      groups: ["system:serviceaccounts", "system:serviceaccounts:x", "system:authenticated"],
    });
  });

  test("a token dies with its account, also when one of the same name follows", async () => {
    const { token } = await request();
    const at = { namespace: "x", name: "builder" };
    await cluster.api.delete({ ...refs, resource: "serviceaccounts" }, at, { user: cluster.admin });
    expect(await cluster.access.authenticator.authenticate(token)).toBeUndefined();
    await cluster.apply(serviceAccount("x", "builder"));
    expect(await cluster.access.authenticator.authenticate(token)).toBeUndefined();
  });

  test("a token bound to a Secret dies with the Secret", async () => {
    await cluster.apply({ apiVersion: "v1", kind: "Secret", metadata: { namespace: "x", name: "s" } });
    const { token } = await request({ boundObjectRef: { apiVersion: "v1", kind: "Secret", name: "s" } });
    expect(await cluster.access.authenticator.authenticate(token)).toBeDefined();
    await cluster.api.delete(
      { ...refs, resource: "secrets" },
      { namespace: "x", name: "s" },
      { user: cluster.admin },
    );
    expect(await cluster.access.authenticator.authenticate(token)).toBeUndefined();
  });

  test("a token for another audience opens nothing here", async () => {
    const { token } = await request({ audiences: ["vault"] });
    expect(await cluster.access.authenticator.authenticate(token)).toBeUndefined();
  });

  test("a changed signature, header or claim is refused", async () => {
    const { token } = await request();
    const [header = "", claims = "", signature = ""] = token.split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    const other = Buffer.from(JSON.stringify({ sub: "system:serviceaccount:kube-system:root" })).toString(
      "base64url",
    );
    for (const forged of [
      `${none}.${claims}.`,
      `${header}.${other}.${signature}`,
      `${header}.${claims}.AAAA`,
      "a.b.c",
      "a",
    ]) {
      expect(await cluster.access.authenticator.authenticate(forged)).toBeUndefined();
    }
  });

  test("less than ten minutes is refused in the API's words", async () => {
    await expect(request({ expirationSeconds: 1 })).rejects.toThrow(
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
    );
  });
});

test("a token lives as long as it was asked for", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const timed = await startTestApi(() => now);
  await timed.apply(serviceAccount("default", "builder"));
  const handler = timed.access.handlers.subresources[0];
  const answer = await handler?.create({
    user: timed.admin,
    ref: { group: "", version: "v1", resource: "serviceaccounts", subresource: "token" },
    namespace: "default",
    name: "builder",
    body: {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      metadata: {},
      spec: { expirationSeconds: 600 },
    },
    dryRun: false,
    query: new URLSearchParams(),
    warn: () => undefined,
    signal: new AbortController().signal,
  });
  const { token } = (answer?.["status"] ?? {}) as { token: string };
  now += 599_000;
  expect(await timed.access.authenticator.authenticate(token)).toBeDefined();
  now += 2000;
  expect(await timed.access.authenticator.authenticate(token)).toBeUndefined();
  timed.close();
});
