import { CoreV1Api, CustomObjectsApi, KubeConfig } from "../../kubernetes/node/client-library.js";
import { ORGANIZATION_LABEL, POLICY_GROUP, POLICY_VERSION } from "../../policy/common/engine-names.js";

/** How many requests are under way at a time. */
const PARALLEL = 24;

/** How much there is to be in an organization. */
interface Size {
  organization: string;
  workspaces: number;
  namespaces: number;
}

/**
 * Fills an organization by the cluster's administrator, `space-0001` and `ns-00001` on, the namespaces in no workspace.
 */
export async function fillOrganization(
  kubeconfig: string,
  { organization, workspaces, namespaces }: Size,
): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const custom = config.makeApiClient(CustomObjectsApi);
  const core = config.makeApiClient(CoreV1Api);
  await each(workspaces, (number) =>
    custom.createClusterCustomObject({
      group: POLICY_GROUP,
      version: POLICY_VERSION,
      plural: "workspaces",
      body: workspaceObject(organization, spaceName(number)),
    }),
  );
  await each(namespaces, (number) =>
    core.createNamespace({
      body: {
        metadata: {
          name: namespaceName(number),
          labels: { [ORGANIZATION_LABEL]: organization },
        },
      },
    }),
  );
}

/** Deletes a namespace, as somebody else may while a page is read. */
export async function removeNamespace(kubeconfig: string, name: string): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  await config.makeApiClient(CoreV1Api).deleteNamespace({ name });
}

/** The name of a workspace by its number, from 1. */
export function spaceName(number: number): string {
  return `space-${String(number).padStart(4, "0")}`;
}

/** The name of a namespace by its number, from 1. */
export function namespaceName(number: number): string {
  return `ns-${String(number).padStart(5, "0")}`;
}

function workspaceObject(organization: string, name: string): object {
  return {
    apiVersion: `${POLICY_GROUP}/${POLICY_VERSION}`,
    kind: "Workspace",
    metadata: { name: `${organization}.${name}`, labels: { [ORGANIZATION_LABEL]: organization } },
    spec: { organization, name },
  };
}

async function each(count: number, make: (number: number) => Promise<unknown>): Promise<void> {
  let next = 1;
  const work = async (): Promise<void> => {
    while (next <= count) await make(next++);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}
