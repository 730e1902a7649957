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
    const listed = valueAt(spec, "clusterIPs.0");
    spec["clusterIP"] = typeof listed === "string" ? listed : freeAddress(context);
  }
  spec["clusterIPs"] ??= [spec["clusterIP"]];
  allocateNodePorts(spec, type, context);
}

/** A change that leaves the addresses out keeps them. */
export function keepServiceAddresses(service: ApiObject, old: ApiObject, context: KindContext): void {
  const spec = service["spec"];
  if (!isRecord(spec)) return;
  const type = asText(spec["type"], "ClusterIP");
  if (type === "ExternalName") return;
  for (const field of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) {
    const value = valueAt(old, `spec.${field}`);
    if (!spec[field] && value !== undefined) spec[field] = structuredClone(value);
  }
  if (!spec["clusterIP"]) allocateService(service, context);
  keepNodePorts(spec, old, type);
  allocateNodePorts(spec, type, context);
}

export function serviceDefaults(service: ApiObject): void {
  const spec = service["spec"];
  if (!isRecord(spec)) return;
  spec["type"] ??= "ClusterIP";
  spec["sessionAffinity"] ??= "None";
  if (spec["sessionAffinity"] === "ClientIP")
    spec["sessionAffinityConfig"] ??= { clientIP: { timeoutSeconds: 10_800 } };
  for (const port of recordsAt(spec, "ports")) {
    port["protocol"] ??= "TCP";
    port["targetPort"] ??= port["port"];
  }
  if (spec["type"] !== "ExternalName") trafficDefaults(spec);
}

function trafficDefaults(spec: JsonObject): void {
  spec["internalTrafficPolicy"] ??= "Cluster";
  spec["ipFamilies"] ??= ["IPv4"];
  spec["ipFamilyPolicy"] ??= "SingleStack";
  if (spec["type"] === "ClusterIP") {
    if (Array.isArray(spec["externalIPs"]) && spec["externalIPs"].length > 0)
      spec["externalTrafficPolicy"] ??= "Cluster";
    else delete spec["externalTrafficPolicy"];
    return;
  }
  spec["externalTrafficPolicy"] ??= "Cluster";
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
