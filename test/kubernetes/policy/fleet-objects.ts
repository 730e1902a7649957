import { ENGINE_NAMES } from "../../../policy/common/engine-names.js";

const engine = (kind: string) => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind,
  metadata: { name: ENGINE_NAMES.enforce },
});
/** What makes the engine refuse, and the engine itself. */
export const BINDING = engine("ValidatingAdmissionPolicyBinding");
export const ENGINE = engine("ValidatingAdmissionPolicy");

/** A policy that blocks an image, as the API takes it. */
export const blocking = (name: string, imageName: string) => ({
  policy: {
    fullName: { name },
    spec: { recipe: "custom", input: { effect: "block", rules: [{ imageName }] } },
  },
});
