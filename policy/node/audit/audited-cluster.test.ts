import { expect, it } from "vitest";

import { AuditedCluster } from "./audited-cluster.js";
import { AUDITED_KINDS, auditedObject } from "./audited-kinds.js";

const of = (kind: string, name: string, image: string, owner?: { kind: string; name: string }) => {
  const found = AUDITED_KINDS.find((each) => each.kind === kind);
  if (!found) throw new Error(`${kind} is not among the audited kinds`);
  const containers = [{ name: "main", image }];
  const spec = kind === "Pod" ? { containers } : { replicas: 1, template: { spec: { containers } } };
  const ownerReferences = owner ? [{ ...owner, apiVersion: "apps/v1", uid: "u", controller: true }] : [];
  const item = { metadata: { name, namespace: "ns", ownerReferences }, spec };
  return auditedObject(found, item);
};
const web = { kind: "ReplicaSet", name: "web-1" };

function told(cluster: AuditedCluster): string[] {
  return cluster
    .imagesIn("ns")
    .map(
      ({ workload, images, pods }) =>
        `${String(pods)} of ${workload.kind}/${workload.name}: ${images[0]?.image}`,
    )
    .toSorted();
}

it("counts what is alike as it comes, changes and goes", () => {
  const cluster = new AuditedCluster();
  for (const name of ["a", "b", "c"]) expect(cluster.put(of("Pod", name, "nginx:1", web))).toBe(true);
  expect(cluster.put(of("Pod", "a", "nginx:1", web))).toBe(false);
  expect(told(cluster)).toEqual(["3 of ReplicaSet/web-1: nginx:1"]);
  cluster.put(of("Pod", "b", "nginx:2", web));
  expect(told(cluster)).toEqual(["1 of ReplicaSet/web-1: nginx:2", "2 of ReplicaSet/web-1: nginx:1"]);
  cluster.remove(of("Pod", "a", "nginx:1", web));
  cluster.remove(of("Pod", "a", "nginx:1", web));
  expect(told(cluster)).toEqual(["1 of ReplicaSet/web-1: nginx:1", "1 of ReplicaSet/web-1: nginx:2"]);
  cluster.remove(of("Pod", "b", "nginx:2", web));
  cluster.remove(of("Pod", "c", "nginx:1", web));
  expect(told(cluster)).toEqual([]);
});

it("puts pods under what made their owner as soon as that is known, and bare pods each under itself", () => {
  const cluster = new AuditedCluster();
  cluster.put(of("Pod", "a", "nginx", web));
  cluster.put(of("Pod", "x", "nginx"));
  cluster.put(of("Pod", "y", "nginx"));
  cluster.put(of("ReplicaSet", "web-1", "nginx", { kind: "Deployment", name: "web" }));
  cluster.put(of("Deployment", "web", "nginx"));
  expect(told(cluster)).toEqual([
    "0 of Deployment/web: nginx",
    "1 of Deployment/web: nginx",
    "1 of Pod/x: nginx",
    "1 of Pod/y: nginx",
  ]);
});
