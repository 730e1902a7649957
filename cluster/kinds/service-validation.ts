import { isIP } from "node:net";
import type { JsonObject } from "../api/field-access.js";
import { asText, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { cidr, ipAddress, outsideAddress } from "../validation/addresses.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { validateLabels } from "../validation/metadata.js";
import { dnsSubdomain, qualifiedName } from "../validation/names.js";
import { validateServicePorts } from "./service-port-validation.js";

const EXTERNAL_TYPES = ["NodePort", "LoadBalancer"];
const DISTRIBUTIONS = ["PreferClose", "PreferSameZone", "PreferSameNode"];
const MAX_AFFINITY_SECONDS = 86_400;

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
  validateType(spec, isHeadless, errors);
  validateServicePorts(spec, errors);
  validateLabels(spec["selector"] as Record<string, string> | undefined, "spec.selector", errors);
  validateAffinity(spec, errors);
  if (!isExternal) validateAddresses(spec, errors);
  textsOf(spec["externalIPs"]).forEach((address, i) => {
    for (const text of outsideAddress(address)) errors.invalid(`spec.externalIPs[${i}]`, address, text);
  });
  validateBalancer(spec, errors);
  validateTraffic(spec, errors);
}

function textsOf(list: unknown): string[] {
  return Array.isArray(list) ? list.map((each) => asText(each)) : [];
}

function validateType(spec: JsonObject, isHeadless: boolean, errors: FieldErrors): void {
  const type = asText(spec["type"]);
  if (isHeadless && EXTERNAL_TYPES.includes(type))
    errors.invalid("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${type} services`);
  if (type !== "ExternalName") return;
  for (const field of ["clusterIPs", "ipFamilies", "ipFamilyPolicy"])
    if (spec[field] !== undefined || (field === "clusterIPs" && asText(spec["clusterIP"]) !== ""))
      errors.forbidden(`spec.${field}`, "may not be set for ExternalName services");
  const name = textAt(spec, "externalName").replace(/\.$/, "");
  if (name === "") errors.required("spec.externalName");
  else for (const text of dnsSubdomain(name)) errors.invalid("spec.externalName", name, text);
}

function validateAffinity(spec: JsonObject, errors: FieldErrors): void {
  const field = "spec.sessionAffinityConfig";
  const config = spec["sessionAffinityConfig"];
  if (spec["sessionAffinity"] !== "ClientIP") return;
  const seconds = valueAt(config, "clientIP.timeoutSeconds");
  if (typeof seconds !== "number" || (seconds > 0 && seconds <= MAX_AFFINITY_SECONDS)) return;
  const why = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`;
  errors.invalid(`${field}.clientIP.timeoutSeconds`, seconds, why);
}

function validateAddresses(spec: JsonObject, errors: FieldErrors): void {
  const addresses = textsOf(spec["clusterIPs"]);
  const field = "spec.clusterIPs";
  if (addresses.length > 0 && asText(spec["clusterIP"]) === "")
    errors.invalid(field, addresses, "must be empty when `clusterIP` is not specified");
  else if (addresses.length > 0 && addresses[0] !== spec["clusterIP"])
    errors.invalid(field, addresses, "first value must match `clusterIP`");
  textsOf(spec["ipFamilies"]).forEach((family, i, all) => {
    const at = `spec.ipFamilies[${i}]`;
    if (all.indexOf(family) < i) errors.duplicate(at, family);
  });
  const before = errors.list.length;
  addresses.forEach((address, i) => {
    if (i === 0 && address === "None") return;
    for (const text of ipAddress(address)) errors.invalid(`${field}[${i}]`, address, text);
  });
  if (addresses.length > 2) errors.invalid(field, addresses, "may only hold up to 2 values");
  else if (errors.list.length === before && addresses.length > 1 && !isDualStack(addresses))
    errors.invalid(field, addresses, "may specify no more than one IP for each IP family");
}

function isDualStack(addresses: string[]): boolean {
  return new Set(addresses.map((address) => isIP(address))).size === addresses.length;
}

/** Fields of those behind a load balancer alone, in the order the API looks at them. */
function validateBalancer(spec: JsonObject, errors: FieldErrors): void {
  const isBalancer = spec["type"] === "LoadBalancer";
  const why = "may only be used when `type` is 'LoadBalancer'";
  const ranges = textsOf(spec["loadBalancerSourceRanges"]);
  if (ranges.length > 0 && !isBalancer) errors.forbidden("spec.LoadBalancerSourceRanges", why);
  else
    ranges.forEach((range, i) => {
      for (const text of cidr(range.trim()))
        errors.invalid(`spec.LoadBalancerSourceRanges[${i}]`, range, text);
    });
  if (spec["allocateLoadBalancerNodePorts"] !== undefined && !isBalancer)
    errors.forbidden("spec.allocateLoadBalancerNodePorts", why);
  const name = spec["loadBalancerClass"];
  if (name === undefined) return;
  if (!isBalancer) return errors.forbidden("spec.loadBalancerClass", why);
  for (const text of qualifiedName(asText(name))) errors.invalid("spec.loadBalancerClass", name, text);
}

function validateTraffic(spec: JsonObject, errors: FieldErrors): void {
  const { type, externalTrafficPolicy: policy, healthCheckNodePort, trafficDistribution } = spec;
  const isReached =
    EXTERNAL_TYPES.includes(asText(type)) ||
    (type === "ClusterIP" && textsOf(spec["externalIPs"]).length > 0);
  if (policy !== undefined && !isReached)
    errors.invalid(
      "spec.externalTrafficPolicy",
      policy,
      "may only be set for externally-accessible services",
    );
  const isProbed = type === "LoadBalancer" && policy === "Local";
  if (healthCheckNodePort !== undefined && healthCheckNodePort !== 0 && !isProbed) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.invalid("spec.healthCheckNodePort", healthCheckNodePort, why);
  }
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(asText(trafficDistribution)))
    errors.unsupported("spec.trafficDistribution", trafficDistribution, DISTRIBUTIONS);
}
