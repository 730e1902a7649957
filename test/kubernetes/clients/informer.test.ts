import { beforeAll, describe, expect, inject, it } from "vitest";
import { clientBinaries } from "./binaries.js";
import { TEST_DEADLINE_MS, toldOnBoth } from "./on-both-clusters.js";

/** Pages while objects come, informers with an index, changes, and a list anew after 410: ten thousand objects each. */
describe.skipIf(inject("clusters") === undefined)("informers of client-go", () => {
  beforeAll(() => clientBinaries());

  it.each([
    ["by a stream of the first state", "true"],
    ["by lists and watches", "false"],
  ])("hold what the cluster holds, %s", { timeout: TEST_DEADLINE_MS }, async (_, watchList) => {
    const { embedded, real } = await toldOnBoth("informer", `informer-${watchList}`, {
      KUBE_FEATURE_WatchListClient: watchList,
    });
    expect(real).toMatch(/^created 10000 objects\n20 pages of 1 versions: 10000 objects, 0 of them twice\n/);
    expect(real).toMatch(/at first: holds 10000 .* 10000 came, 0 changed, 0 went\n/);
    expect(real).toMatch(/after changes: holds 10000 .* 10200 came, 200 changed, 200 went\n/);
    expect(real).toMatch(/after it was too late: holds 10000 .* 10201 came, 200 changed, 201 went\n$/);
    expect(embedded).toBe(real);
  });
});
