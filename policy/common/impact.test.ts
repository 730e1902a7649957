import { describe, expect, it } from "vitest";
import { describeImpact } from "./impact.js";

const NOTHING = {
  namespaces: ["lab-one"],
  pods: 0,
  truncated: false,
  wouldRefuse: [],
  wouldAdmit: [],
  stillRefused: [],
  warnings: [],
};

describe("what saving or deleting a policy would change", () => {
  it("names the workload that waits for the policy to go, though no pod runs", () => {
    const waits = {
      namespace: "lab-one",
      workload: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      pods: 0,
    };
    const wouldAdmit = [{ ...waits, container: "busybox", image: "busybox", policies: ["no-busybox"] }];
    expect(describeImpact({ ...NOTHING, wouldAdmit })).toBe(
      "It would admit what is refused now: busybox (deployment/web).",
    );
  });

  it("names the workload that goes on waiting, and the policy that goes on refusing it", () => {
    const waits = {
      namespace: "lab-one",
      workload: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      pods: 0,
    };
    const stillRefused = [{ ...waits, container: "busybox", image: "busybox", policies: ["pin"] }];
    expect(describeImpact({ ...NOTHING, stillRefused })).toBe(
      "Still refused, by pin: busybox (deployment/web).",
    );
  });

  it("is nothing where neither a pod runs nor a workload waits", () => {
    expect(describeImpact(NOTHING)).toBe("Nothing runs in the namespace lab-one, and nothing waits there.");
  });
});
