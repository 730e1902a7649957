import { describe, expect, inject, it } from "vitest";
import { CHOSEN_KUBECTL } from "../../cluster/kubectl-for-tests.js";

const kubectl = inject("clusters")?.kubectl;

if (kubectl === undefined) {
  describe.skip("the newest kubectl against the embedded cluster (not built here)");
} else {
  process.env[CHOSEN_KUBECTL] = kubectl;
  // The same claims, made again with the kubectl built here.
  await import("../../cluster/kubectl.test.js");
  it("is the kubectl these claims were made with", () => {
    expect(process.env[CHOSEN_KUBECTL]).toMatch(/lectern.*kubectl$/);
  });
}
