import { describe } from "vitest";
import { describeLimits } from "../../labs/limits-suite.js";
import { startTestPlatform } from "../../labs/test-platform.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { startControlPlane } from "../control-plane/start-control-plane.js";

describe.skipIf(skipWithoutControlPlane("learners' limits on a real control plane"))(
  "a real control plane",
  () => {
    describeLimits("bounds a learner", () =>
      startTestPlatform(async () => {
        const controlPlane = await startControlPlane();
        return { kubeconfigPath: controlPlane.kubeconfig, close: () => controlPlane.stop() };
      }),
    );
  },
);
