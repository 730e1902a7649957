import type { CoreV1Api, KubeConfig } from "@kubernetes/client-node";

import * as library from "../../kubernetes/node/client-library.js";
import { pooledKubeConfig } from "../../kubernetes/node/pooled-kube-config.js";
import { ENFORCED_CONFIG_MAP, POLICY_GROUP, POLICY_VERSION } from "../../policy/common/engine-names.js";
import { UNTRACKED } from "../../policy/node/untracked.js";

const POLICIES = { group: POLICY_GROUP, version: POLICY_VERSION, plural: "imagepolicies" };
const COPY = "bench-copy";
const TOUCHED = "bench.lectern.dev/touched";

interface Annotated {
  metadata: { name: string; annotations?: Record<string, string> };
}

/** The three requests that a policy cannot be changed with less than, of the same size, and nothing done between them. */
export interface BareRequests {
  /** Resolves when each was answered, one after another. */
  run: () => Promise<void>;
}

/** Prepares them: a policy that is written again as it is, a ConfigMap as the parameters of `like`, and a pod that is tried where no policy bears. */
export async function prepareBareRequests(
  kubeConfig: KubeConfig,
  { policy, like, plain }: { policy: string; like: string; plain: string },
): Promise<BareRequests> {
  const pooled = pooledKubeConfig(kubeConfig, library);
  const core: CoreV1Api = pooled.makeApiClient(library.CoreV1Api);
  const custom = pooled.makeApiClient(library.CustomObjectsApi);
  const read = { ...POLICIES, name: policy };
  let stored = (await custom.getClusterCustomObject(read)) as Annotated;
  const { data = {} } = await core.readNamespacedConfigMap({ namespace: like, name: ENFORCED_CONFIG_MAP });
  const copy = { metadata: { name: COPY, managedFields: UNTRACKED }, data };
  await core.createNamespacedConfigMap({ namespace: plain, body: copy });
  let runs = 0;
  return {
    run: async () => {
      const annotations = { ...stored.metadata.annotations, [TOUCHED]: String(++runs) };
      const body = { ...stored, metadata: { ...stored.metadata, annotations, managedFields: UNTRACKED } };
      stored = (await custom.replaceClusterCustomObject({ ...read, body })) as Annotated;
      const changed = { ...copy, data: { ...data, run: String(runs) } };
      await core.replaceNamespacedConfigMap({ namespace: plain, name: COPY, body: changed });
      const spec = { containers: [{ name: "probe", image: "registry.k8s.io/pause:3.10" }] };
      const pod = { metadata: { name: "bare" }, spec };
      await core.createNamespacedPod({ namespace: plain, body: pod, dryRun: "All" });
    },
  };
}
