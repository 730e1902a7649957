import { describe, expect, it } from "vitest";
import { conditionText, parseCondition } from "./condition.js";
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

  it("says what was seen and what would satisfy it", () => {
    const { detail } = judgeCondition(parseCondition("event reason=FailedCreate policy=other"), [refused]);
    expect(detail).toMatch(
      /Seen: FailedCreate on b-1.*no-busybox.*Wanted: There is an event with reason FailedCreate, policy other/s,
    );
  });

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

  it.each(["", "potato exists", "pod -l", "pod colour=blue", "deployment/web maybe", "pod in-force"])(
    "refuses %j with an example",
    (text) => {
      expect(() => parseCondition(text)).toThrow(/cannot be read.*Write for example/);
    },
  );
});
