import { recordsAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { NetworkServices, ServiceListener, ServiceName } from "../containers/container-runtime.js";
import { nameOf, namespaceOf } from "../controllers/object-keys.js";
import type { Service } from "../controllers/object-kinds.js";
import { SIMULATED_NODE_ADDRESS } from "../controllers/simulated-node.js";
import { CLUSTER_DOMAIN } from "./resolver.js";

const HEADLESS = "None";
/** Of one service; a lab has a handful, and each takes a descriptor of the machine. */
const MOST_PORTS = 50;
const LAST_PORT = 65_535;

interface Endpoint {
  address: string;
  hostname?: string;
  isReady: boolean;
  /** Still serves while its pod ends. */
  isEnding: boolean;
}

/** What services offer in the network of their pods: names as a cluster's name server has them, and ports that lead to ready pods. */
export function servicesOf(
  services: readonly { service: Service; slices: readonly ApiObject[] }[],
): Omit<NetworkServices, "ingress"> {
  return {
    names: services.flatMap(({ service, slices }) => namesOf(service, slices)),
    listeners: services.flatMap(({ service, slices }) => listenersOf(service, slices)),
  };
}

/** The name of a service alone, for those who may know it and not reach it. */
export function nameOfService(service: Service): string {
  return `${nameOf(service)}.${namespaceOf(service)}.svc.${CLUSTER_DOMAIN}`;
}

function namesOf(service: Service, slices: readonly ApiObject[]): ServiceName[] {
  const name = nameOfService(service);
  const { clusterIP, externalName, type } = service.spec;
  if (type === "ExternalName") {
    return externalName ? [{ name, alias: externalName.toLowerCase().replace(/\.$/, "") }] : [];
  }
  if (clusterIP !== HEADLESS) return clusterIP ? [{ name, addresses: [clusterIP] }] : [];
  const ready = endpointsOf(slices).filter(({ isReady }) => isReady);
  if (ready.length === 0) return [];
  return [
    { name, addresses: ready.map(({ address }) => address) },
    ...ready.map(({ address, hostname = address.replaceAll(".", "-") }) => ({
      name: `${hostname.toLowerCase()}.${name}`,
      addresses: [address],
    })),
  ];
}

function listenersOf(service: Service, slices: readonly ApiObject[]): ServiceListener[] {
  const { clusterIP, ports = [], type } = service.spec;
  if (type === "ExternalName" || clusterIP === HEADLESS || !clusterIP) return [];
  const isSticky = service.spec.sessionAffinity === "ClientIP";
  return ports.slice(0, MOST_PORTS).flatMap(({ name = "", port, protocol = "TCP", nodePort }) => {
    if (protocol !== "TCP") return [];
    const behind = { isSticky, endpoints: reachableEndpoints(slices, name) };
    return [
      { address: clusterIP, port, ...behind },
      ...(nodePort ? [{ address: SIMULATED_NODE_ADDRESS, port: nodePort, ...behind }] : []),
    ];
  });
}

/** The ready endpoints of a port, which slices name as the service does. */
export function readyEndpoints(slices: readonly ApiObject[], name: string): ServiceListener["endpoints"] {
  return endpointsAt(slices, name, ({ isReady }) => isReady);
}

/** The ready ones, else those that end and still serve, as kube-proxy has it. */
function reachableEndpoints(slices: readonly ApiObject[], name: string): ServiceListener["endpoints"] {
  const ready = readyEndpoints(slices, name);
  return ready.length > 0 ? ready : endpointsAt(slices, name, ({ isEnding }) => isEnding);
}

function endpointsAt(
  slices: readonly ApiObject[],
  name: string,
  isWanted: (endpoint: Endpoint) => boolean,
): ServiceListener["endpoints"] {
  return slices.flatMap((slice) => {
    const port = recordsAt(slice, "ports").find((each) => (each["name"] ?? "") === name)?.["port"];
    if (typeof port !== "number" || port < 1 || port > LAST_PORT) return [];
    return endpointsOf([slice])
      .filter(isWanted)
      .map(({ address }) => ({ address, port }));
  });
}

function endpointsOf(slices: readonly ApiObject[]): Endpoint[] {
  return slices
    .filter((slice) => slice["addressType"] === "IPv4")
    .flatMap((slice) => recordsAt(slice, "endpoints"))
    .flatMap((endpoint) => {
      const isReady = valueAt(endpoint, "conditions.ready") !== false;
      const isEnding =
        valueAt(endpoint, "conditions.terminating") === true &&
        valueAt(endpoint, "conditions.serving") === true;
      const { hostname } = endpoint;
      const named = typeof hostname === "string" && hostname !== "" ? { hostname } : {};
      const addresses = Array.isArray(endpoint["addresses"]) ? endpoint["addresses"] : [];
      return addresses
        .filter((each) => typeof each === "string")
        .map((address) => ({ address, isReady, isEnding, ...named }));
    });
}
