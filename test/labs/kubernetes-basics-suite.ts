import { afterAll, beforeAll, expect, it } from "vitest";
import type { Lab, LabPage } from "../../workshop/common/lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { mutateLab } from "../../workshop/node/mutate-lab.js";
import { terminalReport } from "../../workshop/node/reporters/terminal.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import { KUBERNETES_BASICS, NEEDS_THE_PODS_NETWORK } from "./kubernetes-basics.js";
import type { TestPlatform } from "./test-platform.js";

const lab = await loadLab(KUBERNETES_BASICS);
/** Sessions at once; each has up to four small pods, and waits for them more than it computes. */
const PARALLEL = 8;
/** A page whose pod crashes takes two minutes beside other suites. */
const PAGE_MS = 480_000;

/**
 * Registers a test of each page of kubernetes-basics. Pages do not need each other, so each is replayed alone. The shells are on this
 * machine, outside of the network of the pods: `test/whole-labs/kubernetes-basics.test.ts` has the page that needs it.
 */
export function eachPagePasses(
  start: () => Promise<TestPlatform>,
  isPlayed: (page: LabPage) => boolean = () => true,
): void {
  const pages = lab.pages.filter((page) => page.title !== NEEDS_THE_PODS_NETWORK && isPlayed(page));
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await start();
  });
  afterAll(() => platform?.close());

  it.each(pages.map((page) => ({ title: page.title, page })))(
    "passes $title, and misses each of its commands when it does nothing",
    { timeout: PAGE_MS },
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
