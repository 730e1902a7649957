import { describe } from "vitest";
import { startCluster } from "../../../cluster/start.js";
import { describePolicyPractice } from "../../labs/policies-in-practice-suite.js";
import { temporaryFolder } from "../../server/lectern-process.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { startControlPlane } from "../control-plane/start-control-plane.js";

describe.skipIf(skipWithoutControlPlane("the lab image-policies-in-practice on a real control plane"))(
  "the lab image-policies-in-practice",
  () => {
    describePolicyPractice("with a real control plane as the second cluster", async () => {
      const controlPlane = await startControlPlane();
      return { member: controlPlane.kubeconfig, close: () => controlPlane.stop() };
    });

    describePolicyPractice(
      "on a real control plane, with an embedded one as the second",
      async () => {
        const folder = temporaryFolder();
        const [controlPlane, embedded] = await Promise.all([
          startControlPlane(),
          startCluster({ dataDir: folder.path }),
        ]);
        return {
          home: controlPlane.kubeconfig,
          member: embedded.kubeconfigPath,
          close: async () => {
            await embedded.close();
            await controlPlane.stop();
            folder.remove();
          },
        };
      },
      { concurrent: false },
    );
  },
);
