import type { ApiObject } from "../api/object.js";
import type { Certificate, NetworkIngress, NetworkServices } from "../containers/container-runtime.js";
import { nameOfService, servicesOf } from "../node/network-services.js";
import { issueFallback, tlsOf } from "../node/ingress-tls.js";
import { byAge, ingressOf, namesOfIngresses } from "../node/network-ingress.js";
import { API_SERVICE } from "./api-endpoints-controller.js";
import type { Controller, ControllerContext } from "./controller.js";
import { isPlayedIngress } from "./ingress-controller.js";
import type { RealContainers } from "./kubelet.js";
import { keyOf, nameOf, namespaceOf } from "./object-keys.js";
import type { Ingress, Service } from "./object-kinds.js";
import { endpointSlices, ingressClasses, ingresses, namespaces, secrets, services } from "./resource-refs.js";

/** What is said of a network that nothing is in. */
const NOTHING: NetworkServices = { names: [], listeners: [], ingress: ingressOf([], () => undefined) };

const SERVICE_LABEL = "kubernetes.io/service-name";

/** Plays kube-proxy and the cluster's name server: tells what runs pods which services there are in their networks. */
export function createServiceNetworks(
  { api }: Pick<ControllerContext, "api">,
  { runtime, networkOf }: Pick<RealContainers, "runtime" | "networkOf">,
): Controller {
  /** What was told of each network. */
  const told = new Map<string, string>();
  let fallback: Certificate | undefined;
  const ofNamespaced = (object: ApiObject): string[] => [networkOf(namespaceOf(object))];
  const ofNamespace = (namespace: ApiObject): string[] => [networkOf(nameOf(namespace))];

  function contentOf(network: string): NetworkServices {
    if (api.index(namespaces, ofNamespace).get(network).length === 0) return NOTHING;
    // The API's own is known in every network, and led to from none.
    const others = (api.index(services, ofNamespaced).get(network) as Service[]).filter(
      (service) => nameOf(service) !== API_SERVICE.name || namespaceOf(service) !== API_SERVICE.namespace,
    );
    const found = others.map((service) => ({ service, slices: slicesOf(api, service) }));
    const { names, listeners } = servicesOf(found);
    const served = byAge(
      (api.index(ingresses, ofNamespaced).get(network) as Ingress[]).filter((ingress) =>
        isPlayedIngress(api, ingress),
      ),
    );
    if (served.length > 0) fallback ??= issueFallback();
    const ingress = servedBy(api, served, fallback);
    const own = api.find(services, API_SERVICE) as Service | undefined;
    const name = own && nameOfService(own);
    const addresses = own?.spec.clusterIP === undefined ? [] : [own.spec.clusterIP];
    const known = name === undefined ? [] : [{ name, addresses }];
    // Of two of one name the last counts: no rule takes a Service its name.
    return { names: [...namesOfIngresses(served), ...names, ...known], listeners, ingress };
  }

  return {
    name: "service-networks",
    watch: (queue) => {
      const add = (networks: string[]): void => networks.forEach((network) => queue.add(network));
      return [
        api.watch(namespaces, ({ object }) => add(ofNamespace(object))),
        api.watch(services, ({ object }) => add(ofNamespaced(object))),
        api.watch(endpointSlices, ({ object }) => add(ofNamespaced(object))),
        api.watch(ingresses, ({ object }) => add(ofNamespaced(object))),
        api.watch(secrets, ({ object }) => add(isCertificate(api, object) ? ofNamespaced(object) : [])),
        // A class decides about the Ingresses of every network.
        api.watch(ingressClasses, () => add(api.list(ingresses).flatMap(ofNamespaced))),
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

/** What answers for Ingress objects, with the certificate of hosts that have none. */
function servedBy(
  api: ControllerContext["api"],
  served: Ingress[],
  fallback: Certificate | undefined,
): NetworkIngress {
  const rules = ingressOf(served, (location) => {
    const service = api.find(services, location) as Service | undefined;
    return service && { service, slices: slicesOf(api, service) };
  });
  if (served.length === 0 || fallback === undefined) return rules;
  return { ...rules, tls: tlsOf(served, (location) => api.find(secrets, location), fallback) };
}

function slicesOf(api: ControllerContext["api"], service: Service): ApiObject[] {
  return api.index(endpointSlices, serviceKeys).get(keyOf(service));
}

/** Whether an Ingress has the Secret for the certificate of a host. */
function isCertificate(api: ControllerContext["api"], secret: ApiObject): boolean {
  return api.index(ingresses, certificateKeys).get(keyOf(secret)).length > 0;
}

function certificateKeys(ingress: ApiObject): string[] {
  const { tls = [] } = (ingress as Ingress).spec;
  return tls.map(({ secretName = "" }) => `${namespaceOf(ingress)}/${secretName}`);
}

function serviceKeys(slice: ApiObject): string[] {
  return [`${namespaceOf(slice)}/${slice.metadata.labels?.[SERVICE_LABEL] ?? ""}`];
}
