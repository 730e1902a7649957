import { describe, expect, it } from "vitest";
import { parseCondition } from "./condition.js";
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
  ])("%s reads as a sentence without a pattern in it", (text, said) => {
    expect(conditionText(parseCondition(text))).toBe(said);
  });

  it.each(["", "potato exists", "pod -l", "pod colour=blue", "deployment/web maybe", "pod in-force"])(
    "refuses %j with an example",
    (text) => {
      expect(() => parseCondition(text)).toThrow(/cannot be read.*Write for example/);
    },
  );
});
