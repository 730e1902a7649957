import { describe } from "vitest";
import { describeKubernetesView } from "../../labs/kubernetes-view-suite.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { startControlPlane } from "../control-plane/start-control-plane.js";

describe.skipIf(skipWithoutControlPlane("the tab Kubernetes on a real control plane"))(
  "a real control plane",
  () => {
    describeKubernetesView("is shown", async () => {
      const controlPlane = await startControlPlane();
      return { kubeconfigPath: controlPlane.kubeconfig, close: () => controlPlane.stop() };
    });
  },
);
