import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startCluster } from "../../../cluster/start.js";
import { CoreV1Api, KubeConfig } from "../../../kubernetes/node/client-library.js";
import { ORGANIZATION_LABEL } from "../../../policy/common/engine-names.js";
import { installPolicyEngine } from "../../../policy/node/install.js";
import { createPolicyService, type PolicyService } from "../../../policy/node/policy-service.js";
import { eventually, makeOwner, refusalText, silent } from "./suite-cluster.js";

/** What a test has at hand of a cluster with the engine, whose one organization has a namespace in a workspace. */
export interface AttachedWorkspace {
  kubeConfig: KubeConfig;
  core: CoreV1Api;
  /** A server that lives as long as the test. */
  service: PolicyService;
  /** Whether the API server refuses a bare pod of the image there. */
  isRefused: (image: string) => Promise<boolean>;
  close: () => Promise<void>;
}

/** The names of what `startAttachedWorkspace` makes. */
export function namesOf(name: string) {
  const organization = `lab-${name}`;
  const workspace = `${name}-ws`;
  const namespace = organization;
  return {
    organization,
    workspace,
    namespace,
    place: { organization, workspace },
    at: { organization, cluster: `${name}-cluster`, namespace },
  };
}

/** Starts a cluster of its own and makes all of `namesOf(name)` there, with the policies before the namespace is attached. */
export async function startAttachedWorkspace(
  name: string,
  policies: readonly object[],
): Promise<AttachedWorkspace> {
  const { organization, workspace, namespace, place, at } = namesOf(name);
  const dataDir = mkdtempSync(join(tmpdir(), `lectern-${name}-`));
  const cluster = await startCluster({ dataDir });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(cluster.kubeconfigPath);
  const core = kubeConfig.makeApiClient(CoreV1Api);
  await installPolicyEngine({ kubeConfig });
  const service = await createPolicyService({ kubeConfig, logger: silent });
  const owner = await makeOwner(core);
  const metadata = { name: namespace, labels: { [ORGANIZATION_LABEL]: organization } };
  await core.createNamespace({ body: { metadata } });
  await service.createOrganization(organization, owner);
  await service.createWorkspace(organization, workspace, owner);
  await service.registerCluster(organization, at.cluster, owner);
  for (const policy of policies) await service.createPolicy(place, policy);
  await service.attachNamespace({ ...at, workspace });
  await eventually(() => core.readNamespacedServiceAccount({ namespace, name: "default" }));
  return {
    kubeConfig,
    core,
    service,
    isRefused: async (image) => {
      const body = { metadata: { name: "bare" }, spec: { containers: [{ name: "main", image }] } };
      return (await refusalText(core.createNamespacedPod({ namespace, body, dryRun: "All" }))) !== "";
    },
    close: async () => {
      await cluster.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
