import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordsAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import type { KindContext } from "./strategy.js";

export const NODE_PORT_FIRST = 30_000;
export const NODE_PORT_LAST = 32_767;
/** Where cluster addresses come from, as kubeadm chooses. */
export const SERVICE_NETWORK = "10.96.0.0/16";
/** The first is the API's own, the tenth the name server's, and some are left for those who choose theirs. */
const FIRST_ADDRESS = 11;
const ADDRESSES = 65_000;

/** Gives a new service its cluster address and node ports. */
export function allocateService(service: ApiObject, context: KindContext): void {
  const spec = service["spec"];
  if (!isRecord(spec)) return;
  service["status"] = { loadBalancer: {} };
  const type = asText(spec["type"], "ClusterIP");
  if (type === "ExternalName") return;
  if (!spec["clusterIP"]) {
    // A list alone is told apart by the rules, which ask for both.
    if (firstAddress(spec) !== undefined) return;
    spec["clusterIP"] = freeAddress(context);
  }
  spec["clusterIPs"] ??= [spec["clusterIP"]];
  allocateNodePorts(spec, type, context);
}

/** A change that leaves the addresses out keeps them. */
export function keepServiceAddresses(service: ApiObject, old: ApiObject, context: KindContext): void {
  const spec = service["spec"];
  if (!isRecord(spec)) return;
  const type = asText(spec["type"], "ClusterIP");
  if (type === "ExternalName") return dropAddresses(spec, old);
  followAddress(spec, old);
  dropTypeFields(spec, old, type);
  for (const field of ADDRESS_FIELDS) {
    const value = valueAt(old, `spec.${field}`);
    if (!spec[field] && value !== undefined) spec[field] = structuredClone(value);
  }
  if (!spec["clusterIP"]) allocateService(service, context);
  keepNodePorts(spec, old, type);
  allocateNodePorts(spec, type, context);
}

const ADDRESS_FIELDS = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"];

/** A service that becomes another name gives up what it has not chosen anew. */
function dropAddresses(spec: JsonObject, old: ApiObject): void {
  if (valueAt(old, "spec.type") === "ExternalName") return;
  for (const field of [...ADDRESS_FIELDS, "externalTrafficPolicy", "internalTrafficPolicy"])
    if (isDeepStrictEqual(spec[field], valueAt(old, `spec.${field}`))) delete spec[field];
  for (const port of recordsAt(spec, "ports")) delete port["nodePort"];
}

const BALANCER_FIELDS = ["allocateLoadBalancerNodePorts", "loadBalancerClass", "healthCheckNodePort"];

/** What only a type before had a use for goes with it, unless it is chosen anew. */
function dropTypeFields(spec: JsonObject, old: ApiObject, type: string): void {
  const isReached =
    type === "NodePort" ||
    type === "LoadBalancer" ||
    (Array.isArray(spec["externalIPs"]) && spec["externalIPs"].length > 0);
  const gone = [
    ...(type === "LoadBalancer" ? [] : BALANCER_FIELDS),
    ...(isReached ? [] : ["externalTrafficPolicy"]),
  ];
  for (const field of gone)
    if (isDeepStrictEqual(spec[field], valueAt(old, `spec.${field}`))) delete spec[field];
}

function firstAddress(spec: unknown): unknown {
  const listed = valueAt(spec, "clusterIPs");
  return Array.isArray(listed) ? listed[0] : undefined;
}

/** Who changes one of the address and the list of addresses means both. */
function followAddress(spec: JsonObject, old: ApiObject): void {
  const [address, listed] = [spec["clusterIP"], firstAddress(spec)];
  const [before, listedBefore] = [valueAt(old, "spec.clusterIP"), firstAddress(old["spec"])];
  if (!before || !address || address === listed) return;
  if (address !== before && listed === listedBefore) spec["clusterIPs"] = [address];
  else if (address === before && listed !== undefined) spec["clusterIP"] = listed;
}

export function serviceDefaults(service: ApiObject): void {
  const spec = service["spec"];
  if (!isRecord(spec)) return;
  spec["type"] ??= "ClusterIP";
  spec["sessionAffinity"] ??= "None";
  if (spec["sessionAffinity"] === "ClientIP")
    spec["sessionAffinityConfig"] ??= { clientIP: { timeoutSeconds: 10_800 } };
  if (spec["sessionAffinity"] === "None") delete spec["sessionAffinityConfig"];
  for (const port of recordsAt(spec, "ports")) {
    port["protocol"] ??= "TCP";
    port["targetPort"] ||= port["port"];
  }
  if (spec["type"] !== "ExternalName") trafficDefaults(spec);
}

function trafficDefaults(spec: JsonObject): void {
  spec["internalTrafficPolicy"] ??= "Cluster";
  spec["ipFamilies"] ??= ["IPv4"];
  spec["ipFamilyPolicy"] ??= "SingleStack";
  const isReached =
    spec["type"] === "NodePort" ||
    spec["type"] === "LoadBalancer" ||
    (Array.isArray(spec["externalIPs"]) && spec["externalIPs"].length > 0);
  if (isReached) spec["externalTrafficPolicy"] ??= "Cluster";
  if (spec["type"] === "LoadBalancer") spec["allocateLoadBalancerNodePorts"] ??= true;
}

function allocateNodePorts(spec: JsonObject, type: string, context: KindContext): void {
  if (type !== "NodePort" && type !== "LoadBalancer") return;
  const taken = new Set(
    context
      .list("/services")
      .flatMap((other) => recordsAt(other, "spec.ports").map((port) => port["nodePort"])),
  );
  for (const port of recordsAt(spec, "ports")) {
    if (port["nodePort"] !== undefined && port["nodePort"] !== 0) continue;
    port["nodePort"] = freeNumber(NODE_PORT_FIRST, NODE_PORT_LAST, taken);
    taken.add(port["nodePort"]);
  }
}

function keepNodePorts(spec: JsonObject, old: ApiObject, type: string): void {
  const before = recordsAt(old, "spec.ports");
  for (const port of recordsAt(spec, "ports")) {
    if (type === "ClusterIP") delete port["nodePort"];
    else {
      const same = before.find(
        (other) => other["port"] === port["port"] && other["protocol"] === (port["protocol"] ?? "TCP"),
      );
      port["nodePort"] ??= same?.["nodePort"];
      if (port["nodePort"] === undefined) delete port["nodePort"];
    }
  }
}

function freeNumber(first: number, last: number, taken: ReadonlySet<unknown>): number {
  const size = last - first + 1;
  const start = Math.floor(Math.random() * size);
  for (let step = 0; step < size; step++) {
    const candidate = first + ((start + step) % size);
    if (!taken.has(candidate)) return candidate;
  }
  return first;
}

function freeAddress(context: KindContext): string {
  const taken = new Set(context.list("/services").map((service) => valueAt(service, "spec.clusterIP")));
  const start = Math.floor(Math.random() * ADDRESSES);
  for (let step = 0; step < ADDRESSES; step++) {
    const number = FIRST_ADDRESS + ((start + step) % ADDRESSES);
    const address = `10.96.${number >> 8}.${number & 255}`;
    if (!taken.has(address)) return address;
  }
  return "None";
}
