import { KubeConfig } from "../../../kubernetes/node/client-library.js";
import { afterAll, beforeAll, describe } from "vitest";

import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { type ControlPlane, startControlPlane } from "../control-plane/start-control-plane.js";
import { describeAudit } from "./audit-suite.js";
import { describeBadInput } from "./bad-input-suite.js";
import { describeExceptions } from "./exceptions-suite.js";
import { describeHistory } from "./history-suite.js";
import { describeOpenApi } from "./openapi-suite.js";
import { describePolicies } from "./policy-suite.js";
import { describePreview } from "./preview-suite.js";
import { describeRandomImages } from "./random-images-suite.js";
import { describeRoles } from "./roles-suite.js";
import { describeTerraform } from "./terraform-suite.js";
import { describeTmc } from "./tmc-suite.js";
import { describeTmcScripts } from "./tmc-scripts-suite.js";

describe.skipIf(skipWithoutControlPlane("image policies on a real control plane"))(
  "a real control plane",
  () => {
    let controlPlane: ControlPlane | undefined;
    const kubeConfig = new KubeConfig();

    beforeAll(async () => {
      controlPlane = await startControlPlane();
      kubeConfig.loadFromFile(controlPlane.kubeconfig);
    });

    afterAll(() => controlPlane?.stop());

    describePolicies("enforces image policies", () => ({ kubeConfig }));
    describeTmc("answers tmc and REST", () => ({ kubeConfig }));
    describeAudit("audits what runs", () => ({ kubeConfig }));
    describePreview("says before what a change does", () => ({ kubeConfig }));
    describeExceptions("makes exceptions", () => ({ kubeConfig }));
    describeRoles("lets everybody do what their roles say", () => ({ kubeConfig }));
    describeHistory("keeps what was changed", () => ({ kubeConfig }));
    describeOpenApi("is what its document says", () => ({ kubeConfig }));
    describeTmcScripts("runs the scripts people have", () => ({ kubeConfig }));
    describeBadInput("holds against two editors and changing labels", () => ({ kubeConfig }));
    describeRandomImages("judges random images as the evaluator does", () => ({ kubeConfig }));
    describeTerraform("answers the provider of Terraform", () => ({ kubeConfig }));
  },
);
