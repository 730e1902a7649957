import type { KubeConfig } from "@kubernetes/client-node";

import { CoreV1Api } from "../../../kubernetes/node/client-library.js";
import { ENGINE_NAMES } from "../../../policy/common/engine-names.js";
import { silent } from "./suite-cluster.js";

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

/** The API of a cluster's own kinds. */
export function coreOf(kubeConfig: KubeConfig): CoreV1Api {
  return kubeConfig.makeApiClient(CoreV1Api);
}

/** Makes a pod of one container, or tries whether it could be made. */
export function createPod(
  core: CoreV1Api,
  { namespace, image, dryRun }: { namespace: string; image: string; dryRun: boolean },
): Promise<unknown> {
  const body = { metadata: { generateName: "p-" }, spec: { containers: [{ name: "main", image }] } };
  return core.createNamespacedPod({ namespace, body, ...(dryRun && { dryRun: "All" }) });
}

/** The clusters that were detached and not told. Each is tried once more, which must not meet what comes next. */
export function notedDetachments() {
  const leftAlone: string[] = [];
  const warn = (facts: object, text: string): void => {
    if (text.startsWith("a cluster was detached;")) leftAlone.push((facts as { cluster: string }).cluster);
  };
  return { leftAlone, logger: { ...silent, warn } };
}
