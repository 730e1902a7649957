import { describe } from "vitest";
import { describeSessions } from "../../labs/sessions-suite.js";
import { startTestPlatform } from "../../labs/test-platform.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { startControlPlane } from "../control-plane/start-control-plane.js";

describe.skipIf(skipWithoutControlPlane("sessions on a real control plane"))("a real control plane", () => {
  describeSessions("gives a session", () =>
    startTestPlatform(async () => {
      const controlPlane = await startControlPlane();
      return { kubeconfigPath: controlPlane.kubeconfig, close: () => controlPlane.stop() };
    }),
  );
});
