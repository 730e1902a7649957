import { expect, it } from "vitest";
import type { ApiObject } from "../api/object.js";
import type { Pod } from "./object-kinds.js";
import { PlacedPods } from "./placed-pods.js";
import { preferredNode } from "./preferred-node.js";

const nodes = ["one", "other"].map((name): ApiObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: { place: name } },
}));

it.each([
  { matchFields: [{ key: "metadata.name", operator: "In", values: ["other"] }] },
  { matchExpressions: [{ key: "place", operator: "In", values: ["other"] }] },
])("a pod goes to the node that it prefers by %j", (preference) => {
  const preferred = [{ weight: 1, preference }];
  const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferred } };
  const pod = { metadata: { name: "web" }, spec: { containers: [], affinity } } as unknown as Pod;
  expect(preferredNode(pod, nodes, new PlacedPods())?.metadata.name).toBe("other");
});
