import { describe } from "vitest";
import { describePodSessions } from "../../labs/pod-sessions-suite.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { startControlPlane } from "../control-plane/start-control-plane.js";

describe.skipIf(skipWithoutControlPlane("sessions in pods on a real control plane"))(
  "a real control plane",
  () => {
    describePodSessions("has sessions in pods", async () => {
      const controlPlane = await startControlPlane();
      return { kubeconfigPath: controlPlane.kubeconfig, close: () => controlPlane.stop() };
    });
  },
);
