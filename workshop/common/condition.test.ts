import { describe, expect, it } from "vitest";
import { beyondNamespace, parseCondition } from "./condition.js";
import { conditionText } from "./condition-words.js";
import { type ObservedObject, judgeCondition } from "./condition-match.js";

const refused: ObservedObject = {
  metadata: { name: "e1" },
  type: "Warning",
  reason: "FailedCreate",
  message: "denied request: [no-busybox] container <main> image <busybox>: images named busybox are blocked",
  involvedObject: { kind: "ReplicaSet", name: "b-1" },
};
const pod: ObservedObject = {
  metadata: { name: "p1", labels: { app: "x", tier: "web" } },
  status: { phase: "Pending" },
};

const settings: ObservedObject & { immutable: boolean } = { metadata: { name: "settings" }, immutable: true };
const slice: ObservedObject & { endpoints: object[] } = {
  metadata: { name: "web-x" },
  endpoints: [{ conditions: { ready: false } }],
};
const report: ObservedObject & { summary: object; results: object[] } = {
  metadata: { name: "r" },
  summary: { fail: 2, warn: 0 },
  results: [{ policy: "no-busybox", result: "fail" }],
};
const web = {
  metadata: { name: "web", labels: { "app.kubernetes.io/name": "web" } },
  spec: {
    replicas: 3,
    template: {
      spec: {
        containers: [
          { name: "web", image: "nginx:1.27", resources: { limits: { memory: "1Gi" } } },
          { name: "logs", image: "busybox" },
        ],
      },
    },
  },
  status: { readyReplicas: 2 },
} as ObservedObject;

function policy(status = {}): ObservedObject {
  return {
    metadata: { name: "o.ops.pin", generation: 2 },
    spec: { organization: "o", workspace: "ops", name: "pin", recipe: "require-digest" },
    status: { inForce: true, observedGeneration: 2, ...status },
  };
}

function namespace(labels: Record<string, string>): ObservedObject {
  return { metadata: { name: "s1", labels }, status: { phase: "Active" } };
}

describe("a condition", () => {
  it.each([
    ["event reason=FailedCreate", [refused], true],
    ["event reason=FailedCreate message=/no-busybox/", [refused], true],
    ["event reason=FailedCreate policy=no-busybox container=main image=busybox", [refused], true],
    ["event reason=FailedCreate policy=other", [refused], false],
    ["event object=/^ReplicaSet/", [refused], true],
    ["event reason=Other", [refused], false],
    ["pod -l app=x absent", [pod], false],
    ["pod -l app=y absent", [pod], true],
    ["pod -l app=x,tier!=web exists", [pod], false],
    ["pod -l app=x running", [pod], false],
    ["pod/p1 exists", [pod], true],
    ["pods", [], false],
    [
      "deployment/web available",
      [{ metadata: { name: "web" }, status: { conditions: [{ type: "Available", status: "True" }] } }],
      true,
    ],
    ["replicaset ready", [{ metadata: { name: "r" }, status: { replicas: 2, readyReplicas: 1 } }], false],
    ["policy/pin", [policy()], true],
    ["policy/pin recipe=require-digest workspace=ops in-force", [policy()], true],
    ["policy/pin recipe=custom", [policy()], false],
    ["policy/pin in-force", [policy({ observedGeneration: 1 })], false],
    ["policy/o.ops.pin exists", [policy()], false],
    ["policies absent", [policy()], false],
    ["policy/pin absent", [], true],
    ["namespace workspace=ops", [namespace({ "tmc.cloud.vmware.com/workspace": "ops" })], true],
    ["namespace workspace=ops", [namespace({})], false],
    ["configmap/c data=/blue/", [{ metadata: { name: "c" }, data: { color: "blue" } }], true],
    ["cm/c data.color=blue", [{ metadata: { name: "c" }, data: { color: "blue" } }], true],
    ["deploy/web spec.replicas=3", [web], true],
    ["policyreports.v1alpha2.wgpolicyk8s.io/r summary.fail>=1", [report], true],
    ["policyreports.v1alpha2.wgpolicyk8s.io/r results.result=warn", [report], false],
    ["configmap/settings immutable=true", [settings], true],
    ["endpointslice endpoints.conditions.ready=true", [slice], false],
    ["deployment/web spec.replicas>=4", [web], false],
    ["deployment/web spec.replicas<4 status.readyReplicas=2", [web], true],
    ["deployment/web spec.template.spec.containers.image=nginx:1.27", [web], true],
    ["deployment/web spec.template.spec.containers[1].image=/^nginx/", [web], false],
    ["deployment/web spec.template.spec.containers.image!=nginx:1.27", [web], false],
    ["deployment/web spec.template.spec.containers.resources.limits.memory>=1Gi", [web], true],
    ["deployment/web spec.template.spec.containers.resources.limits.memory<=512Mi", [web], false],
    ["deployment/web metadata.labels['app.kubernetes.io/name']=web", [web], true],
    ["deployment/web spec.paused=true", [web], false],
    ["deployment/web spec.constructor.name=Object", [web], false],
    ["pod -l app=x count=1", [pod], true],
    ["pod -l app=x count>=2", [pod], false],
    ["pods count=0", [], true],
    ["pod running count=0", [pod], true],
    ["not pod/p1 running", [pod], true],
    ["not pod/p1", [pod], false],
    ["ingress/web spec.rules.host=/example/", [], false],
    [
      "widgets.v1.example.org/one spec.size>2",
      [{ metadata: { name: "one" }, spec: { size: 3 } } as object],
      true,
    ],
  ] satisfies [string, ObservedObject[], boolean][])(
    "%s is judged by what is there",
    (text, objects, isMet) => {
      expect(judgeCondition(parseCondition(text), objects).isMet).toBe(isMet);
    },
  );

  it.each([
    [
      "event reason=FailedCreate policy=other",
      [refused],
      /^The events do not name other yet\. Seen: FailedCreate on b-1.*no-busybox/s,
    ],
    ["event reason=FailedCreate", [], /^There are no such events yet\.$/],
    ["event reason=Other", [refused], /^The events do not name Other yet\./],
    ["deployment/web available", [], /^The deployment web does not exist yet\.$/],
    [
      "deployment/web",
      [{ metadata: { name: "api" } }],
      /^The deployment web does not exist yet\. Seen: api$/,
    ],
    [
      "deployment/web available",
      [{ metadata: { name: "web" }, status: { replicas: 1 } }],
      /^The deployment web is not available yet\. Seen: web \(0 of 1 ready\)$/,
    ],
    ["pod -l app=x running", [pod], /^No pod with the labels app=x is running yet\. Seen: p1 \(Pending\)$/],
    ["pod -l app=x absent", [pod], /^The pod p1 is still there\.$/],
    ["pods absent", [pod, pod], /^2 pods are still there: p1, p1\.$/],
    ["policy/pin recipe=custom", [policy()], /^The policy pin does not use the template Custom yet\./],
    ["policy/pin in-force", [policy({ inForce: false })], /^The policy pin is not in force yet\./],
    [
      "configmap/c data=/Good .*day/",
      [{ metadata: { name: "c" }, data: {} }],
      /^The config map c does not have Good and day in its data yet\./,
    ],
    [
      "namespace workspace=ops",
      [namespace({})],
      /^Your namespace does not belong to the workspace ops yet\./,
    ],
    ["pods -l app=x count=2", [pod], /^There is 1 pod with labels app=x\.$/],
    [
      "deployment/web spec.replicas=5",
      [web],
      /^The deployment web does not have spec\.replicas 5 yet\. Seen: web/,
    ],
    ["not pod/p1", [pod], /^It still is so: p1/],
  ] satisfies [string, ObservedObject[], RegExp][])(
    "that is not met is told as a sentence: %s",
    (text, objects, said) => {
      expect(judgeCondition(parseCondition(text), objects).detail).toMatch(said);
    },
  );

  it("names policy, container and image once a refusal satisfies it", () => {
    expect(judgeCondition(parseCondition("event reason=FailedCreate"), [refused]).detail).toContain(
      "Policy no-busybox refused the image busybox of container main",
    );
  });

  it("reads as a sentence", () => {
    expect(conditionText(parseCondition("pod -l app=x absent"))).toBe("There is no pod with labels app=x");
    expect(conditionText(parseCondition("deployment/web available"))).toBe("Deployment web is available");
    expect(conditionText(parseCondition("policy/pin in-force"))).toBe("Policy pin is in force");
    expect(conditionText(parseCondition("policy/pin absent"))).toBe("There is no policy pin");
    expect(conditionText(parseCondition("namespace workspace=ops"))).toBe(
      "Your namespace belongs to the workspace ops",
    );
  });

  it.each([
    ["event reason=FailedCreate", "There is a FailedCreate event"],
    [
      "event reason=FailedCreate policy=no-busybox container=main image=busybox",
      "A FailedCreate event says that no-busybox refused the image busybox of container main",
    ],
    ["event type=Warning object=/^ReplicaSet/ absent", "There is no Warning event about ReplicaSet"],
    ["configmap/greeting data=/Good morning/", "Config map greeting has “Good morning” in its data"],
    [
      "policy/pin recipe=require-digest in-force",
      "Policy pin uses the template Require Digest and is in force",
    ],
    ["deployment/web spec.replicas=3", "Deployment web has spec.replicas 3"],
    ["deployment/web status.readyReplicas>=2", "Deployment web has status.readyReplicas at least 2"],
    [
      "pods -l app=x running count>=2",
      "There are at least 2 pods with labels app=x, each of which is running",
    ],
    ["ingresses count=1", "There is 1 ingress"],
    ["not pod/old running", "It is not so that pod old is running"],
    ["widgets.v1.example.org/one", "Object of widgets one exists"],
  ])("%s reads as a sentence without a pattern in it", (text, said) => {
    expect(conditionText(parseCondition(text))).toBe(said);
  });

  it.each([
    "",
    "potato exists",
    "pod -l",
    "pod colour=blue",
    "deployment/web maybe",
    "pod in-force",
    "not",
    "pod spec.replicas>many",
    "pod count=some",
    "pod count=1 absent",
    "pod spec",
    "widgets.example.org",
  ])("refuses %j with an example", (text) => {
    expect(() => parseCondition(text)).toThrow(/cannot be read.*Write for example/);
  });
});

describe("a condition in a cluster of the session's own", () => {
  it.each([
    ["deployment/web -n shop available", "Deployment web in the namespace shop is available"],
    ["pod -l app=x -n shop absent", "There is no pod with labels app=x in the namespace shop"],
    ["event reason=Killing -n shop", "There is a Killing event in the namespace shop"],
    ["namespace/shop", "The namespace shop exists"],
    ["clusterrole/reader", "Cluster role reader exists"],
    ["crd count>=2", "There are at least 2 custom resource definitions"],
  ])("%s says where it looks", (text, said) => {
    expect(conditionText(parseCondition(text))).toBe(said);
    expect(beyondNamespace(parseCondition(text))).toBeDefined();
  });

  it("is none that any session's namespace can be asked", () => {
    expect(beyondNamespace(parseCondition("namespace workspace=ops"))).toBeUndefined();
    expect(beyondNamespace(parseCondition("pod/web running"))).toBeUndefined();
  });
});
