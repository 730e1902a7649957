import type { KubeConfig } from "@kubernetes/client-node";
import {
  type CoreV1Api,
  PatchStrategy,
  RbacAuthorizationV1Api,
  setHeaderOptions,
} from "../../../kubernetes/node/client-library.js";

import { refusalOf } from "../../../policy/node/cluster-client.js";

export const STRATEGIC_PATCH = setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch);

/** The cluster-scoped object that owns what the suite makes. */
export const OWNER = "policy-suite-owner";

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Any cluster-scoped object can own; a namespace is at hand everywhere. */
export async function makeOwner(core: CoreV1Api, name = OWNER) {
  const { metadata } = await core.createNamespace({ body: { metadata: { name } } });
  return { apiVersion: "v1", kind: "Namespace", name, uid: metadata?.uid ?? "" };
}

export function deployment(name: string, image: string) {
  const labels = { app: name };
  const spec = { containers: [{ name: "main", image }] };
  return {
    metadata: { name },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

export async function labelNamespace(
  core: CoreV1Api,
  name: string,
  labels: Record<string, string>,
): Promise<void> {
  const options = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  await core.patchNamespace({ name, body: { metadata: { labels } } }, options);
}

/** Lets a user do anything with namespaces and what core holds in them, and nothing with policies. */
export async function makeCoreOperator(kubeConfig: KubeConfig, user: string): Promise<void> {
  const rbac = kubeConfig.makeApiClient(RbacAuthorizationV1Api);
  const name = `policy-suite-${user}`;
  const rules = [{ apiGroups: [""], resources: ["*"], verbs: ["*"] }];
  await rbac.createClusterRole({ body: { metadata: { name }, rules } });
  await rbac.createClusterRoleBinding({
    body: {
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
    },
  });
}

/** The same cluster as seen by another user. */
export function asUser(kubeConfig: KubeConfig, name: string): KubeConfig {
  const copy = Object.assign(
    Object.create(Object.getPrototypeOf(kubeConfig) as object) as KubeConfig,
    kubeConfig,
  );
  copy.users = kubeConfig.users.map((user) => ({ ...user, impersonateUser: name }));
  return copy;
}

/** Why the API server refused; empty where it did not. */
export async function refusalText(calling: Promise<unknown>): Promise<string> {
  try {
    await calling;
    return "";
  } catch (error) {
    return refusalOf(error)?.message ?? String(error);
  }
}

export async function gone(reading: Promise<unknown>): Promise<true | undefined> {
  return reading.then(
    () => undefined,
    () => true,
  );
}

export async function eventually<T>(ask: () => Promise<T | undefined>, deadlineMs = 90_000): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const answer = await ask().catch((error: unknown) => {
      if (Date.now() > end) throw error;
      return undefined;
    });
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`nothing came within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How the policy API answers a body as it stands. */
export async function statusOf(url: string, body: string): Promise<number> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/v1alpha1/organization/policies`, { method: "POST", headers, body });
  return response.status;
}
