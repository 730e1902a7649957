import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../../workshop/common/lab.js";
import { loadLab } from "../../workshop/node/load-lab.js";
import { terminalReport } from "../../workshop/node/reporters/terminal.js";
import { validateLab } from "../../workshop/node/validate-lab.js";
import { type TestPlatform, startTestPlatform } from "../labs/test-platform.js";
import { importPlayedImage } from "./played-image.js";
import { hasRealCluster, realCluster } from "./real-cluster.js";

const folder = fileURLToPath(new URL("../../content/running-pods", import.meta.url));
/** Its shells are in the network of its pods; those of this suite are on this machine, outside of the node. */
const NEEDS_THE_PODS_NETWORK = "A Service";

// On the embedded cluster `test/containers/running-pods.test.ts` has it whole.
describe.skipIf(!hasRealCluster())("the lab running-pods on a real node", () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    await importPlayedImage(realCluster().node, "nginx:1.27");
    platform = await startTestPlatform(async () => ({
      kubeconfigPath: realCluster().kubeconfig,
      close: () => Promise.resolve(),
    }));
  });
  afterAll(() => platform?.close());

  it(
    "passes: logs, commands in a container, a port, a crash that is mended",
    { timeout: 420_000 },
    async () => {
      const lab = await loadLab(folder);
      const pages = lab.pages.filter(({ title }) => title !== NEEDS_THE_PODS_NETWORK);
      expect(pages).toHaveLength(lab.pages.length - 1);
      const parts = { ...platform, policies: platform.policies.service };
      const report = await validateLab({ ...lab, pages } satisfies Lab, parts, {
        stopsAtFailure: true,
      });
      expect(report.outcome, terminalReport(report)).toBe("passed");
    },
  );
});
