import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../workshop/common/lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { mutateLab } from "../../workshop/node/mutate-lab.js";
import { terminalReport } from "../../workshop/node/reporters/terminal.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import { type TestPlatform, startTestPlatform } from "../labs/test-platform.js";
import { hasRealCluster, realCluster } from "./real-cluster.js";
import { volumesOfClass } from "./storage-class.js";

const folder = fileURLToPath(new URL("../../content/kubernetes-basics", import.meta.url));
const lab = await loadLab(folder);
/** Sessions at once; each has up to four small pods. */
const PARALLEL = 6;
const storage = () => volumesOfClass(realCluster().node, "standard", 30);

describe("the lab kubernetes-basics on the embedded cluster", () => {
  eachPagePasses(() => startTestPlatform());
});

describe.skipIf(!hasRealCluster())("the lab kubernetes-basics on a real node", () => {
  beforeAll(async () => realCluster().apply(...storage()));
  afterAll(async () => {
    if (hasRealCluster()) await realCluster().remove(...storage());
  });
  eachPagePasses(() =>
    startTestPlatform(async () => ({
      kubeconfigPath: realCluster().kubeconfig,
      close: () => Promise.resolve(),
    })),
  );
});

/** Pages do not need each other, so each is replayed alone. */
function eachPagePasses(start: () => Promise<TestPlatform>): void {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await start();
  });
  afterAll(() => platform?.close());

  it.each(lab.pages.map((page) => ({ title: page.title, page })))(
    "passes $title, and misses each of its commands when it does nothing",
    async ({ page }) => {
      const ofPage: Lab = { ...lab, pages: [page] };
      const parts = { ...platform, policies: platform.policies.service };
      const report = await validateLab(ofPage, parts);
      expect(report.outcome, terminalReport(report)).toBe("passed");
      const mutants = await mutateLab(ofPage, parts, report, { parallel: PARALLEL });
      expect(mutants.length).toBeGreaterThan(3);
      expect(mutants.filter(({ isMissed }) => !isMissed)).toEqual([]);
    },
  );
}
