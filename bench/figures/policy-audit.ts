import type { WatchedObject } from "../../kubernetes/node/collection-watch.js";
import { auditNamespace } from "../../policy/common/audit.js";
import type { EffectivePolicy } from "../../policy/common/effective.js";
import { policySpec } from "../../policy/common/manifest.js";
import { AuditedCluster } from "../../policy/node/audit/audited-cluster.js";
import { AUDITED_KINDS, type AuditedKind, auditedObject } from "../../policy/node/audit/audited-kinds.js";
import { isSameReport, type PolicyReport, reportOf } from "../../policy/node/audit/policy-report.js";
import { type Figure, median } from "../figure.js";

const PODS = 10_000;
/** Pods of one Deployment. */
const REPLICAS = 50;
const POLICIES = 20;
const RULES = 10;
const CHANGES = 200;
/** Each tenth Deployment has what a policy refuses. */
const REFUSED_EVERY = 10;
const NAMESPACE = "bench";
const ORGANIZATION = "bench";

/** What the controller does for an audit between hearing of objects and writing the report, in this process: requests are not in it. */
export const policyAuditFigures: Figure[] = [
  {
    name: `policy audit of ${PODS} pods`,
    unit: "s",
    bound: 2,
    method: `${PODS / REPLICAS} Deployments in one namespace, ${POLICIES} policies of ${RULES} rules, from objects to the report`,
    measure: () => Promise.resolve(auditAll().seconds),
  },
  {
    name: `policy audit after a change among ${PODS} pods`,
    unit: "ms",
    bound: 1,
    method: `median of ${CHANGES} pods that change their image, each with a report of the whole namespace`,
    measure: () => Promise.resolve(median(changeEach())),
  },
];

function auditAll() {
  const objects = podsAndOwners();
  const cluster = new AuditedCluster();
  const policies = manyPolicies();
  const start = performance.now();
  for (const [kind, item] of objects) cluster.put(auditedObject(kind, item));
  const report = reportAnew(cluster, policies, undefined);
  const seconds = (performance.now() - start) / 1000;
  const pods = report.results.reduce((sum, { properties }) => sum + Number(properties["pods"]), 0);
  if (pods !== PODS / REFUSED_EVERY)
    throw new Error(`the audit has ${pods} of ${PODS / REFUSED_EVERY} pods that policies refuse`);
  return { seconds, cluster, policies, report };
}

function changeEach(): number[] {
  const { cluster, policies, report: first } = auditAll();
  let before = first;
  return Array.from({ length: CHANGES }, (_, index) => {
    const changed = pod(index * REPLICAS, `registry.example.com/changed-${index}:1`);
    const start = performance.now();
    if (!cluster.put(auditedObject(kindOf("Pod"), changed)))
      throw new Error("the change of a pod was not seen");
    const report = reportAnew(cluster, policies, before);
    if (!isSameReport(before, report)) before = report;
    return performance.now() - start;
  });
}

function reportAnew(
  cluster: AuditedCluster,
  policies: EffectivePolicy[],
  before: PolicyReport | undefined,
): PolicyReport {
  const found = auditNamespace(NAMESPACE, cluster.imagesIn(NAMESPACE), policies);
  return reportOf({ namespace: NAMESPACE, organization: ORGANIZATION }, found, { before, now: new Date() });
}

function manyPolicies(): EffectivePolicy[] {
  const origin = { kind: "organization", organization: ORGANIZATION } as const;
  return Array.from({ length: POLICIES }, (_, policy) => {
    const rules = Array.from({ length: RULES }, (_each, rule) => ({
      imageName: policy === 0 && rule === 0 ? "*/refused" : `team-${rule}/refused-${policy}`,
    }));
    const spec = policySpec.parse({ recipe: "custom", input: { effect: "block", rules } });
    return { name: `policy-${policy}`, origin, spec };
  });
}

function podsAndOwners(): [AuditedKind, WatchedObject][] {
  const pods = Array.from({ length: PODS }, (_, index) => pod(index, imageOf(index)));
  const deployments = Array.from({ length: PODS / REPLICAS }, (_, index) => index * REPLICAS);
  return [
    ...pods.map((item): [AuditedKind, WatchedObject] => [kindOf("Pod"), item]),
    ...deployments.map((first): [AuditedKind, WatchedObject] => [
      kindOf("ReplicaSet"),
      template(first, "-1"),
    ]),
    ...deployments.map((first): [AuditedKind, WatchedObject] => [kindOf("Deployment"), template(first, "")]),
  ];
}

function imageOf(index: number): string {
  const deployment = Math.floor(index / REPLICAS);
  return deployment % REFUSED_EVERY === 0
    ? `registry.example.com/team-${deployment}/refused:1`
    : `registry.example.com/team-${deployment}/app:1`;
}

function pod(index: number, image: string): WatchedObject {
  const owner = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    name: `${nameOf(index)}-1`,
    uid: "u",
    controller: true,
  };
  const metadata = { name: `pod-${index}`, namespace: NAMESPACE, ownerReferences: [owner] };
  return shown({ metadata, spec: { containers: [{ name: "app", image }] } });
}

function template(index: number, ending: "" | "-1"): WatchedObject {
  const owner = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: nameOf(index),
    uid: "u",
    controller: true,
  };
  const ownerReferences = ending === "" ? [] : [owner];
  const metadata = { name: `${nameOf(index)}${ending}`, namespace: NAMESPACE, ownerReferences };
  const spec = { containers: [{ name: "app", image: imageOf(index) }] };
  return shown({ metadata, spec: { replicas: REPLICAS, template: { spec } } });
}

function nameOf(index: number): string {
  return `app-${Math.floor(index / REPLICAS)}`;
}

/** A cluster shows more of an object than anything here has a type for. */
function shown(object: { metadata: object; spec: object }): WatchedObject {
  return object;
}

function kindOf(name: string): AuditedKind {
  const kind = AUDITED_KINDS.find((each) => each.kind === name);
  if (!kind) throw new Error(`${name} is not among the audited kinds`);
  return kind;
}
