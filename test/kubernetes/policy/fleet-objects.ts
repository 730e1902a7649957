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

/** The kubeconfig with another user, or with some fields of its cluster changed. */
export function kubeconfigWith(text: string, { cluster, user }: { cluster?: object; user?: object }): string {
  const changed = JSON.parse(text) as { clusters: [{ cluster: object }]; users: [{ user: object }] };
  if (cluster) Object.assign(changed.clusters[0].cluster, cluster);
  if (user) changed.users[0].user = user;
  return JSON.stringify(changed);
}
