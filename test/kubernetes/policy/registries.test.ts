import { KubeConfig } from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe } from "vitest";

import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { type ControlPlane, startControlPlane } from "../control-plane/start-control-plane.js";
import { describeRegistries } from "./registries-suite.js";
import { describeSignatures } from "./signatures-suite.js";
import { describeSignatureScope } from "./signature-scope-suite.js";

describe.skipIf(skipWithoutControlPlane("registries of images on a real control plane"))(
  "on a real control plane, registries",
  () => {
    let controlPlane: ControlPlane | undefined;
    const kubeConfig = new KubeConfig();

    beforeAll(async () => {
      controlPlane = await startControlPlane();
      kubeConfig.loadFromFile(controlPlane.kubeconfig);
    });

    afterAll(() => controlPlane?.stop());

    describeRegistries("tell of tags", () => ({ kubeConfig }));
    describeSignatures("tell who signed images, which", () => ({ kubeConfig }));
    describeSignatureScope("ask for signatures, which", () => ({ kubeConfig }));
  },
);
