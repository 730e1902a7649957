import type { CoreV1Api, CustomObjectsApi } from "../../kubernetes/node/client-library.js";
import type { ClusterClient } from "../../policy/node/cluster-client.js";

type Core = CoreV1Api;

/** Calls of a client that are done otherwise. */
export interface OtherCalls {
  core?: Partial<Core>;
  custom?: Partial<CustomObjectsApi>;
}

/** The same client, with some of its calls done otherwise. */
export const withCalls = (client: ClusterClient, { core = {}, custom = {} }: OtherCalls): ClusterClient => ({
  ...client,
  core: Object.assign(Object.create(client.core) as Core, core),
  custom: Object.assign(Object.create(client.custom) as CustomObjectsApi, custom),
});

/** Writes down which lists are exact, by what they are of. */
export const countingExact = (exact: string[]) => (client: ClusterClient) => {
  const list: CustomObjectsApi["listClusterCustomObject"] = (request) => {
    if (request.resourceVersion === undefined) exact.push(request.plural);
    return client.custom.listClusterCustomObject(request);
  };
  return { custom: { listClusterCustomObject: list } as Partial<CustomObjectsApi> };
};

/** Writes down what is called, but for the status, which is written when the server has answered. */
export const counting = (calls: string[], client: ClusterClient): Required<OtherCalls> => {
  const told = <T extends object>(api: T, names: (keyof T & string)[]) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        (...given: unknown[]) => {
          calls.push(name);
          return (api[name] as (...args: unknown[]) => unknown).apply(api, given);
        },
      ]),
    ) as Partial<T>;
  return {
    core: told(client.core, [
      "readNamespace",
      "readNamespacedConfigMap",
      "replaceNamespacedConfigMap",
      "createNamespacedPod",
    ]),
    custom: told(client.custom, [
      "getClusterCustomObject",
      "listClusterCustomObject",
      "createClusterCustomObject",
      "replaceClusterCustomObject",
    ]),
  };
};
