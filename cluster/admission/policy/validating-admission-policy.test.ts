import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { TestApi } from "../api-for-tests.js";
import { namespace, pod, serviceAccount, startTestApi } from "../api-for-tests.js";
import type { Bound } from "./policies-for-tests.js";
import { CONFIG_MAPS, bindPolicy } from "./policies-for-tests.js";

let cluster: TestApi;

beforeEach(async () => {
  cluster = await startTestApi();
  await cluster.apply(namespace("x", { team: "red" }));
  await cluster.apply(serviceAccount("x"));
});

afterEach(() => cluster.close());

function bound(parts: Bound): Promise<void> {
  return bindPolicy(cluster, parts);
}

function configMap(metadata: object = {}, data: object = {}): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "x", name: "c", ...metadata }, data };
}

const DENIED =
  "configmaps \"c\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ";

function refused(validation: object): Promise<unknown> {
  return bound({ policy: { validations: [validation] } }).then(() => cluster.apply(configMap()));
}

describe("what a refusal says", () => {
  test("the expression, where nothing else is given, with 422", async () => {
    await expect(refused({ expression: " 1 == 2 " })).rejects.toMatchObject({
      message: `${DENIED}failed expression: 1 == 2`,
      status: { code: 422, reason: "Invalid" },
    });
  });

  test("the message, and the code its reason stands for", async () => {
    await expect(refused({ expression: "false", message: "no", reason: "Forbidden" })).rejects.toMatchObject({
      message: `${DENIED}no`,
      status: { code: 403, reason: "Forbidden" },
    });
  });

  test("the messageExpression before the message", async () => {
    const validation = {
      expression: "false",
      message: "no",
      messageExpression: "'not ' + object.metadata.name",
    };
    await expect(refused(validation)).rejects.toThrow(`${DENIED}not c`);
  });

  test.each([
    ["fails", "string(object.nothing)"],
    ["gives several lines", "'a\\nb'"],
    ["gives nothing", "'  '"],
  ])("the message where the messageExpression %s", async (_, messageExpression) => {
    await expect(refused({ expression: "false", message: "no", messageExpression })).rejects.toThrow(
      `${DENIED}no`,
    );
  });

  test("an expression that cannot be worked out, with its text", async () => {
    await expect(refused({ expression: "object.nothing == 1" })).rejects.toMatchObject({
      message: `${DENIED}expression 'object.nothing == 1' resulted in error: no such key: nothing`,
      status: { code: 422 },
    });
  });
});

describe("failurePolicy Ignore", () => {
  test("lets a request through whose expression cannot be worked out", async () => {
    await bound({
      policy: { failurePolicy: "Ignore", validations: [{ expression: "object.nothing == 1" }] },
    });
    expect((await cluster.apply(configMap())).metadata.name).toBe("c");
  });

  test("does not touch a verdict", async () => {
    await bound({ policy: { failurePolicy: "Ignore" } });
    await expect(cluster.apply(configMap())).rejects.toThrow("failed expression: false");
  });
});

async function isRefused(parts: Bound): Promise<boolean> {
  await bound(parts);
  const outcome = await Promise.allSettled([cluster.apply(configMap())]);
  return outcome[0].status === "rejected";
}

function rules(part: object): Bound {
  return { policy: { matchConstraints: { resourceRules: [{ ...CONFIG_MAPS[0], ...part }] } } };
}

describe("matching", () => {
  test.each<[string, boolean, Bound]>([
    ["another resource", false, rules({ resources: ["secrets"] })],
    ["all resources", true, rules({ resources: ["*"] })],
    ["a subresource", false, rules({ resources: ["configmaps/status"] })],
    ["another operation", false, rules({ operations: ["DELETE"] })],
    ["another group", false, rules({ apiGroups: ["apps"] })],
    ["its name", true, rules({ resourceNames: ["c"] })],
    ["another name", false, rules({ resourceNames: ["d"] })],
    ["scope Namespaced", true, rules({ scope: "Namespaced" })],
    ["scope Cluster", false, rules({ scope: "Cluster" })],
    [
      "the labels of its namespace",
      true,
      { binding: { matchResources: { namespaceSelector: { matchLabels: { team: "red" } } } } },
    ],
    [
      "other labels of its namespace",
      false,
      { binding: { matchResources: { namespaceSelector: { matchLabels: { team: "blue" } } } } },
    ],
    [
      "labels it lacks",
      false,
      { binding: { matchResources: { objectSelector: { matchLabels: { a: "b" } } } } },
    ],
    [
      "an exclusion",
      false,
      { policy: { matchConstraints: { resourceRules: CONFIG_MAPS, excludeResourceRules: CONFIG_MAPS } } },
    ],
    [
      "conditions that hold",
      true,
      { policy: { matchConditions: [{ name: "n", expression: "object.metadata.name == 'c'" }] } },
    ],
    [
      "a condition that does not hold",
      false,
      { policy: { matchConditions: [{ name: "n", expression: "false" }] } },
    ],
  ])("by %s: %s", async (_, expected, parts) => {
    expect(await isRefused(parts)).toBe(expected);
  });

  test("a policy without a binding does nothing", async () => {
    await bound({ binding: { policyName: "other" } });
    expect((await cluster.apply(configMap())).metadata.name).toBe("c");
  });

  test("a policy never applies to policies and bindings", async () => {
    await bound(rules({ apiGroups: ["*"], resources: ["*"], operations: ["*"] }));
    const ref = {
      group: "admissionregistration.k8s.io",
      version: "v1",
      resource: "validatingadmissionpolicies",
    };
    await cluster.api.delete(ref, { name: "p" }, { user: cluster.admin });
    expect((await cluster.apply(configMap())).metadata.name).toBe("c");
  });

  test("a rule for pods leaves their subresources alone", async () => {
    await bound(rules({ resources: ["deployments"], apiGroups: ["apps"], operations: ["UPDATE"] }));
    const template = {
      metadata: { labels: { a: "b" } },
      spec: { containers: [{ name: "main", image: "nginx" }] },
    };
    const created = await cluster.apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace: "x", name: "d" },
      spec: { selector: { matchLabels: { a: "b" } }, template },
    });
    const ref = { group: "apps", version: "v1", resource: "deployments" };
    const at = { namespace: "x", name: "d" };
    const patch = { type: "merge" as const, body: { spec: { replicas: 3 } } };
    await expect(cluster.api.patch(ref, at, patch, { user: cluster.admin })).rejects.toThrow(
      "failed expression",
    );
    await cluster.api.patch({ ...ref, subresource: "scale" }, at, patch, { user: cluster.admin });
    expect(cluster.api.get(ref, at)["spec"]).toMatchObject({ replicas: 3 });
    expect(created.metadata.generation).toBe(1);
  });
});

async function holds(expression: string, parts: { policy?: object; binding?: object } = {}): Promise<void> {
  await bound({ ...parts, policy: { validations: [{ expression }], ...parts.policy } });
  await cluster.apply(configMap({ labels: { a: "b" } }, { k: "v" }));
}

function parameter(home: string): object {
  const metadata = { namespace: home, name: "limits", labels: { use: "params" } };
  return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { home } };
}

describe("what expressions see", () => {
  test.each([
    "object.data.k == 'v' && oldObject == null",
    "request.operation == 'CREATE' && request.namespace == 'x' && request.name == 'c' && !request.dryRun",
    "!has(request.subResource) && request.kind.kind == 'ConfigMap' && request.resource.resource == 'configmaps'",
    "request.userInfo.username == 'kubernetes-admin' && 'system:masters' in request.userInfo.groups",
    "namespaceObject.metadata.labels.team == 'red'",
    "authorizer.group('').resource('pods').namespace('x').check('delete').allowed()",
    "!authorizer.serviceAccount('x', 'default').group('').resource('pods').namespace('x').check('delete').allowed()",
    "authorizer.requestResource.check('create').allowed() && authorizer.path('/healthz').check('get').allowed()",
  ])("%s", async (expression) => {
    await expect(holds(expression)).resolves.toBeUndefined();
  });

  test("variables see those before them, and are worked out only when they are read", async () => {
    const variables = [
      { name: "one", expression: "size(object.data)" },
      { name: "two", expression: "variables.one + 1" },
      { name: "broken", expression: "object.nothing" },
    ];
    await expect(holds("variables.two == 2", { policy: { variables } })).resolves.toBeUndefined();
  });

  test("a variable that cannot be worked out says so where it is read", async () => {
    const variables = [{ name: "broken", expression: "object.nothing" }];
    await expect(holds("variables.broken == 1", { policy: { variables } })).rejects.toThrow(
      "expression 'variables.broken == 1' resulted in error: composited variable \"broken\" fails to evaluate: no such key: nothing",
    );
  });

  test("parameters of the request's namespace, of a fixed one, and by selector", async () => {
    await cluster.apply(parameter("x"));
    await cluster.apply(parameter("default"));
    const policy = { paramKind: { apiVersion: "v1", kind: "ConfigMap" } };
    await holds("params.data.home == 'x'", {
      policy,
      binding: { paramRef: { name: "limits", parameterNotFoundAction: "Deny" } },
    });
    const ref = {
      group: "admissionregistration.k8s.io",
      version: "v1",
      resource: "validatingadmissionpolicybindings",
    };
    const use = async (paramRef: object): Promise<void> => {
      const binding = structuredClone(cluster.api.get(ref, { name: "b" }));
      (binding["spec"] as { paramRef: object }).paramRef = { parameterNotFoundAction: "Deny", ...paramRef };
      await cluster.api.update(ref, binding, { user: cluster.admin });
    };
    await use({ name: "limits", namespace: "default" });
    await expect(cluster.apply(configMap({ name: "e" }))).rejects.toThrow("failed expression");
    await use({ selector: { matchLabels: { use: "params" } } });
    expect((await cluster.apply(configMap({ name: "f" }))).metadata.name).toBe("f");
    await use({ name: "gone" });
    await expect(cluster.apply(configMap({ name: "g" }))).rejects.toThrow(
      "no params found for policy binding with `Deny`",
    );
  });

  test("a parameter kind nobody serves is a fault of the policy", async () => {
    const policy = { paramKind: { apiVersion: "rules.example.com/v1", kind: "Limit" } };
    await expect(
      holds("true", { policy, binding: { paramRef: { name: "limits", parameterNotFoundAction: "Deny" } } }),
    ).rejects.toThrow(
      "failed to configure policy: failed to find resource referenced by paramKind: 'rules.example.com/v1, Kind=Limit'",
    );
  });

  test("resources of a container are there even when they are empty", async () => {
    const rule = [{ ...CONFIG_MAPS[0], resources: ["pods"] }];
    const expression = "object.spec.containers.all(c, has(c.resources.limits))";
    await bound({ policy: { matchConstraints: { resourceRules: rule }, validations: [{ expression }] } });
    await expect(cluster.apply(pod("x", "p"))).rejects.toThrow("failed expression");
  });
});

describe("validationActions", () => {
  test("Warn and Audit let the request through, Warn with a warning", async () => {
    await bound({ binding: { validationActions: ["Warn", "Audit"] } });
    const warnings: string[] = [];
    await cluster.apply(configMap(), { warn: (text) => warnings.push(text) });
    expect(warnings).toEqual([
      "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': failed expression: false",
    ]);
  });
});
