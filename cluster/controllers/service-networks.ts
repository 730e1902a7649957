import type { ApiObject } from "../api/object.js";
import type { NetworkServices } from "../containers/container-runtime.js";
import { nameOfService, servicesOf } from "../node/network-services.js";
import { API_SERVICE } from "./api-endpoints-controller.js";
import type { Controller, ControllerContext } from "./controller.js";
import type { RealContainers } from "./kubelet.js";
import { nameOf, namespaceOf } from "./object-keys.js";
import type { Service } from "./object-kinds.js";
import { endpointSlices, namespaces, services } from "./resource-refs.js";

const SERVICE_LABEL = "kubernetes.io/service-name";

/** Plays kube-proxy and the cluster's name server: tells what runs pods which services there are in their networks. */
export function createServiceNetworks(
  { api }: Pick<ControllerContext, "api">,
  { runtime, networkOf }: Pick<RealContainers, "runtime" | "networkOf">,
): Controller {
  /** What was told of each network. */
  const told = new Map<string, string>();
  const ofNamespaced = (object: ApiObject): string[] => [networkOf(namespaceOf(object))];
  const ofNamespace = (namespace: ApiObject): string[] => [networkOf(nameOf(namespace))];

  function contentOf(network: string): NetworkServices {
    if (api.index(namespaces, ofNamespace).get(network).length === 0) return { names: [], listeners: [] };
    // The API's own is known in every network, and led to from none.
    const others = (api.index(services, ofNamespaced).get(network) as Service[]).filter(
      (service) => nameOf(service) !== API_SERVICE.name || namespaceOf(service) !== API_SERVICE.namespace,
    );
    const found = others.map((service) => ({
      service,
      slices: api.index(endpointSlices, serviceKeys).get(`${namespaceOf(service)}/${nameOf(service)}`),
    }));
    const { names, listeners } = servicesOf(found);
    const known = api.find(services, API_SERVICE) as Service | undefined;
    const name = known && nameOfService(known);
    const addresses = known?.spec.clusterIP === undefined ? [] : [known.spec.clusterIP];
    return { names: name === undefined ? names : [...names, { name, addresses }], listeners };
  }

  return {
    name: "service-networks",
    watch: (queue) => {
      const add = (networks: string[]): void => networks.forEach((network) => queue.add(network));
      return [
        api.watch(namespaces, ({ object }) => add(ofNamespace(object))),
        api.watch(services, ({ object }) => add(ofNamespaced(object))),
        api.watch(endpointSlices, ({ object }) => add(ofNamespaced(object))),
        runtime.onLost(() => {
          const networks = [...told.keys()];
          told.clear();
          add(networks);
        }),
      ];
    },
    reconcile: async (network) => {
      const content = contentOf(network);
      const text = JSON.stringify(content);
      if (told.get(network) === text) return;
      told.delete(network);
      await runtime.setServices(network, content);
      if (content.names.length > 0) told.set(network, text);
    },
  };
}

function serviceKeys(slice: ApiObject): string[] {
  return [`${namespaceOf(slice)}/${slice.metadata.labels?.[SERVICE_LABEL] ?? ""}`];
}
