import { describe, expect, it } from "vitest";
import { placeOf } from "./policy-place.js";

const policies = [
  { name: "signed-only", origin: { kind: "organization", organization: "o" } },
  { name: "no-busybox", origin: { kind: "workspace", organization: "o", workspace: "ops ws" } },
] as const;

describe("the place of a policy that refused an image", () => {
  it("is the workspace it is set on, or the organization", () => {
    expect(placeOf(["no-busybox"], policies, "ns")).toBe("policies/image-registry/workspaces/ops%20ws");
    expect(placeOf(["signed-only", "no-busybox"], policies, "ns")).toBe(
      "policies/image-registry/organization",
    );
  });

  it("is passed over where the policy is gone, and is the namespace where all are", () => {
    expect(placeOf(["gone", "no-busybox"], policies, "ns")).toContain("ops%20ws");
    expect(placeOf(["gone"], policies, "ns")).toBe("namespaces/ns");
  });
});
