import type { ResourceRef } from "./api/object.js";
import type { ApiService, WriteOptions } from "./api/service.js";
import facts from "./facts/flow-control.json" with { type: "json" };

const GROUP = "flowcontrol.apiserver.k8s.io";
const WRITES: WriteOptions = {
  user: { name: "system:apiserver", groups: ["system:masters"] },
  fieldManager: "api-priority-and-fairness-config-producer-v1",
};

/** Creates the priority levels and flow schemas every cluster starts with, where they are missing. */
export async function createFlowControl(api: ApiService): Promise<void> {
  await createAll(api, "prioritylevelconfigurations", "PriorityLevelConfiguration", facts.priorityLevels);
  await createAll(api, "flowschemas", "FlowSchema", facts.flowSchemas);
}

async function createAll(
  api: ApiService,
  resource: string,
  kind: string,
  specs: Record<string, object>,
): Promise<void> {
  const ref: ResourceRef = { group: GROUP, version: "v1", resource };
  for (const [name, spec] of Object.entries(specs)) {
    if (api.find(ref, { name }) !== undefined) continue;
    const metadata = { name, annotations: { "apf.kubernetes.io/autoupdate-spec": "true" } };
    await api.create(
      ref,
      undefined,
      { apiVersion: `${GROUP}/v1`, kind, metadata, spec: structuredClone(spec) },
      WRITES,
    );
  }
}
