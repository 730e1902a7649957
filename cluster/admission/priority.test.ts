import { afterEach, beforeEach, expect, test } from "vitest";

import type { TestApi } from "./api-for-tests.js";
import { namespace, pod, serviceAccount, startTestApi } from "./api-for-tests.js";

let cluster: TestApi;

beforeEach(async () => {
  cluster = await startTestApi();
  await cluster.apply(namespace("x"));
  await cluster.apply(serviceAccount("x"));
  await cluster.apply({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: "batch" },
    value: 7,
    preemptionPolicy: "Never",
  });
});
afterEach(() => cluster.close());

test.each([
  [{}, { priority: 0, preemptionPolicy: "PreemptLowerPriority" }],
  [{ priorityClassName: "batch" }, { priority: 7, preemptionPolicy: "Never" }],
  [
    { priorityClassName: "batch", priority: 7 },
    { priority: 7, preemptionPolicy: "Never" },
  ],
])("a pod that says %j of its priority gets %j", async (said, expected) => {
  expect((await cluster.apply(pod("x", "p", {}, said)))["spec"]).toMatchObject(expected);
});

test.each([
  [
    { priority: 5 },
    "the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name",
  ],
  [
    { priorityClassName: "batch", preemptionPolicy: "PreemptLowerPriority" },
    "the string value of PreemptionPolicy (PreemptLowerPriority) must not be provided in pod spec; priority admission controller computed Never from the given PriorityClass name",
  ],
  [{ priorityClassName: "none" }, "no PriorityClass with name none was found"],
])("a pod that says %j of its priority is refused", async (said, message) => {
  await expect(cluster.apply(pod("x", "p", {}, said))).rejects.toThrow(message);
});
