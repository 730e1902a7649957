import { describe } from "vitest";
import { describeCapacity } from "../../labs/capacity-suite.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { startControlPlane } from "../control-plane/start-control-plane.js";

describe.skipIf(skipWithoutControlPlane("capacity of a real control plane"))("a real control plane", () => {
  describeCapacity("has room", async () => {
    const controlPlane = await startControlPlane();
    return { kubeconfigPath: controlPlane.kubeconfig, close: () => controlPlane.stop() };
  });
});
