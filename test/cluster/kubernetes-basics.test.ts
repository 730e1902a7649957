import { afterAll, beforeAll, describe } from "vitest";
import { eachPagePasses } from "../labs/kubernetes-basics-suite.js";
import { startTestPlatform } from "../labs/test-platform.js";
import { importPlayedImage } from "./played-image.js";
import { hasRealCluster, realCluster } from "./real-cluster.js";
import { volumesOfClass } from "./storage-class.js";

const storage = () => volumesOfClass(realCluster().node, "standard", 30);

// On the embedded cluster `test/whole-labs/kubernetes-basics-pages.test.ts` has them.
describe.skipIf(!hasRealCluster())("the lab kubernetes-basics on a real node", () => {
  beforeAll(async () => {
    await importPlayedImage(realCluster().node, "nginx:1.27");
    await realCluster().apply(...storage());
  });
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
