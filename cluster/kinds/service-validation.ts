import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { cidr, ipAddress, isInNetwork, outsideAddress } from "../validation/addresses.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateLabels } from "../validation/metadata.js";
import { dnsLabel, dnsSubdomain } from "../validation/names.js";
import { validatePortNumber } from "./container-validation.js";
import { validatePortReference } from "./probe-validation.js";
import { NODE_PORT_FIRST, NODE_PORT_LAST, SERVICE_NETWORK } from "./service-strategy.js";
import type { KindContext } from "./strategy.js";

export function validateServiceUpdate(service: ApiObject, old: ApiObject, errors: FieldErrors): void {
  const before = textAt(old, "spec.clusterIP");
  const after = textAt(service, "spec.clusterIP");
  if (before === "" || after === before || textAt(service, "spec.type") === "ExternalName") return;
  errors.invalid("spec.clusterIPs[0]", [after], "may not change once set");
}

export function validateService(service: ApiObject, errors: FieldErrors): void {
  const spec = recordAt(service, "spec") ?? {};
  const isExternal = spec["type"] === "ExternalName";
  const isHeadless = spec["clusterIP"] === "None";
  if (recordsAt(spec, "ports").length === 0 && !isHeadless && !isExternal) errors.required("spec.ports");
  validatePorts(spec, errors);
  if (isExternal) {
    const name = textAt(spec, "externalName").replace(/\.$/, "");
    if (name === "") errors.required("spec.externalName");
    else for (const text of dnsSubdomain(name)) errors.invalid("spec.externalName", name, text);
  }
  validateLabels(spec["selector"] as Record<string, string> | undefined, "spec.selector", errors);
  const addresses = Array.isArray(spec["clusterIPs"]) ? spec["clusterIPs"] : [];
  addresses.forEach((address: unknown, i) => {
    if (address === "None" || address === "") return;
    for (const text of ipAddress(asText(address))) errors.invalid(`spec.clusterIPs[${i}]`, address, text);
  });
  const external = Array.isArray(spec["externalIPs"]) ? spec["externalIPs"] : [];
  external.forEach((address: unknown, i) => {
    for (const text of outsideAddress(asText(address)))
      errors.invalid(`spec.externalIPs[${i}]`, address, text);
  });
  const ranges = Array.isArray(spec["loadBalancerSourceRanges"]) ? spec["loadBalancerSourceRanges"] : [];
  ranges.forEach((range: unknown, i) => {
    for (const text of cidr(asText(range).trim()))
      errors.invalid(`spec.LoadBalancerSourceRanges[${i}]`, range, text);
  });
}

function validatePorts(spec: JsonObject, errors: FieldErrors): void {
  const ports = recordsAt(spec, "ports");
  const names = new Set<string>();
  const numbers = new Set<string>();
  ports.forEach((port, i) => {
    const field = `spec.ports[${i}]`;
    const name = asText(port["name"]);
    if (ports.length > 1 && name === "") errors.required(`${field}.name`);
    if (name !== "") for (const text of dnsLabel(name)) errors.invalid(`${field}.name`, name, text);
    if (name !== "" && names.has(name)) errors.duplicate(`${field}.name`, name);
    names.add(name);
    validatePortNumber(port["port"], `${field}.port`, errors);
    validatePortReference(port["targetPort"] ?? port["port"], `${field}.targetPort`, errors);
    const isInternal = spec["type"] === "ClusterIP" || spec["type"] === undefined;
    if (isInternal && port["nodePort"] !== undefined && port["nodePort"] !== 0)
      errors.forbidden(`${field}.nodePort`, "may not be used when `type` is 'ClusterIP'");
    const key = `${asText(port["port"])}/${asText(port["protocol"], "TCP")}`;
    if (numbers.has(key)) errors.duplicate(field, goPort(port));
    numbers.add(key);
  });
}

/** The port as the API's own type has it, as far as ports are compared. */
function goPort({ port, protocol = "TCP" }: JsonObject): JsonObject {
  return { Name: "", Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
}

/** Adds what the rest of the cluster has against the address and node ports of a service. */
export function validateAllocation(service: ApiObject, errors: FieldErrors, context: KindContext): void {
  const others = context.list("/services").filter(({ metadata }) => metadata.uid !== service.metadata.uid);
  validateAddress(service, others, errors);
  const type = textAt(service, "spec.type");
  if (type !== "NodePort" && type !== "LoadBalancer") return;
  const taken = new Set(others.flatMap((other) => recordsAt(other, "spec.ports").map(nodePortKey)));
  recordsAt(service, "spec.ports").forEach((port, i) => {
    const number = port["nodePort"];
    const field = `spec.ports[${i}].nodePort`;
    if (typeof number !== "number" || number === 0) return;
    if (number < NODE_PORT_FIRST || number > NODE_PORT_LAST) {
      const range = `The range of valid ports is ${NODE_PORT_FIRST}-${NODE_PORT_LAST}`;
      errors.invalid(field, number, `provided port is not in the valid range. ${range}`);
    } else if (taken.has(nodePortKey(port))) {
      errors.invalid(field, number, "provided port is already allocated");
    }
  });
}

function validateAddress(service: ApiObject, others: ApiObject[], errors: FieldErrors): void {
  const address = textAt(service, "spec.clusterIP");
  if (address === "" || address === "None" || textAt(service, "spec.type") === "ExternalName") return;
  const fail = (why: string): void =>
    errors.invalid("spec.clusterIPs", [address], `failed to allocate IP ${address}: ${why}`);
  if (!isInNetwork(address, SERVICE_NETWORK)) {
    const range = `The range of valid IPs is ${SERVICE_NETWORK}`;
    fail(`the provided IP (${address}) is not in the valid range. ${range}`);
  } else if (others.some((other) => valueAt(other, "spec.clusterIP") === address)) {
    fail("provided IP is already allocated");
  }
}

/** Two services may share a node port by different protocols. */
function nodePortKey({ nodePort, protocol }: JsonObject): string {
  return `${asText(nodePort)}/${asText(protocol, "TCP")}`;
}
