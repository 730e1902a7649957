import { expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import { FieldErrors } from "../validation/field-errors.js";
import { qosClassOf, validatePodUpdate } from "./pod-strategy.js";

const GATES = { schedulingGates: [{ name: "example.com/hold" }] };
const narrow = (...matchExpressions: object[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
    },
  },
});
const [a, b] = [
  { key: "a", operator: "Exists" },
  { key: "b", operator: "Exists" },
];

const pod = (own: object): ApiObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers: [{ name: "c", image: "x" }], ...own },
});

/** The fields that are refused where a pod with the one spec comes to have the other. */
function refused(old: object, spec: object): string[] {
  const errors = new FieldErrors();
  validatePodUpdate(pod(spec), pod(old), errors);
  return errors.list.map(({ field }) => field);
}

it.each([
  [{ nodeSelector: { a: "b" } }, { nodeSelector: { a: "b", c: "d" } }],
  [{}, narrow(a)],
  [narrow(a), narrow(a, b)],
])("a gated pod comes to run on fewer nodes: from %j to %j", (old, spec) => {
  expect(refused({ ...GATES, ...old }, { ...GATES, ...spec })).toEqual([]);
  expect(refused({ ...GATES, ...old }, spec)).toEqual([]);
  expect(refused(old, spec)).toEqual(["spec"]);
});

it.each([
  [{ nodeSelector: { a: "b" } }, { nodeSelector: { a: "c" } }, /^spec\.nodeSelector$/],
  [narrow(a), narrow(b), /nodeSelectorTerms\[0\]$/],
  [narrow(a), {}, /nodeSelectorTerms$/],
  [{}, { affinity: { podAffinity: {} } }, /^spec$/],
])("and on no others: from %j to %j", (old, spec, field) => {
  expect(refused({ ...GATES, ...old }, { ...GATES, ...spec })).toEqual([expect.stringMatching(field)]);
});

const asking = (resources: object): ApiObject => pod({ containers: [{ name: "c", image: "x", resources }] });

it("has its quality of service by CPU and memory alone", () => {
  expect(qosClassOf(asking({ limits: { "example.com/gpu": "1" } }))).toBe("BestEffort");
  expect(qosClassOf(asking({ requests: { memory: "1Mi", "example.com/gpu": "1" } }))).toBe("Burstable");
  expect(qosClassOf(asking({ limits: { cpu: "1", memory: "1Mi", "example.com/gpu": "1" } }))).toBe(
    "Guaranteed",
  );
});
