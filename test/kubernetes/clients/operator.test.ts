import { beforeAll, describe, expect, inject, it } from "vitest";
import { clientBinaries } from "./binaries.js";
import { TEST_DEADLINE_MS, toldOnBoth } from "./on-both-clusters.js";

/** A definition, reconciliation, owners, status, finalizers, conflicts and leader election. */
describe.skipIf(inject("clusters") === undefined)("an operator of controller-runtime", () => {
  beforeAll(() => clientBinaries());

  it("does on the embedded cluster what it does on a real one", { timeout: TEST_DEADLINE_MS }, async () => {
    const { embedded, real } = await toldOnBoth("operator", "operator");
    expect(real).toMatch(
      /owned by clients\.example\.com\/v1 Site shop, controller true, the same uid true\n/,
    );
    expect(real).toMatch(/gone, and left behind: farewell-shop\ngone, and left behind: farewell-blog\n$/);
    expect(embedded).toBe(real);
  });
});
