import type { JsonObject } from "../api/field-access.js";
import { asText, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { familyOf, isInNetwork, plainAddress } from "../validation/addresses.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { NODE_PORT_FIRST, NODE_PORT_LAST, SERVICE_NETWORK } from "./service-strategy.js";
import type { KindContext } from "./strategy.js";

/** Adds what the rest of the cluster has against the address and node ports of a service. */
export function validateAllocation(service: ApiObject, errors: FieldErrors, context: KindContext): void {
  const others = context.list("/services").filter(({ metadata }) => metadata.uid !== service.metadata.uid);
  validateFamilies(service, errors);
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
    taken.add(nodePortKey(port));
  });
}

/** The cluster has addresses of one family. */
function validateFamilies(service: ApiObject, errors: FieldErrors): void {
  if (textAt(service, "spec.type") === "ExternalName") return;
  const families: unknown = valueAt(service, "spec.ipFamilies");
  (Array.isArray(families) ? families : []).forEach((family: unknown, i) => {
    if (family !== "IPv4") errors.invalid(`spec.ipFamilies[${i}]`, family, "not configured on this cluster");
  });
  const policy = valueAt(service, "spec.ipFamilyPolicy");
  if (policy === "RequireDualStack") {
    const why = "this cluster is not configured for dual-stack services";
    errors.invalid("spec.ipFamilyPolicy", policy, why);
  }
}

function validateAddress(service: ApiObject, others: ApiObject[], errors: FieldErrors): void {
  const address = textAt(service, "spec.clusterIP");
  if (address === "" || address === "None" || textAt(service, "spec.type") === "ExternalName") return;
  const fail = (why: string): void =>
    errors.invalid("spec.clusterIPs", [address], `failed to allocate IP ${address}: ${why}`);
  if (familyOf(address) === 6)
    return errors.invalid("spec.clusterIPs[0]", [address], "IPv6 is not configured on this cluster");
  if (!isInNetwork(address, SERVICE_NETWORK) || plainAddress(address) === SERVICE_NETWORK.split("/")[0]) {
    const range = `The range of valid IPs is ${SERVICE_NETWORK}`;
    fail(`the provided IP (${address}) is not in the valid range. ${range}`);
  } else if (
    others.some((other) => plainAddress(textAt(other, "spec.clusterIP")) === plainAddress(address))
  ) {
    fail("provided IP is already allocated");
  }
}

/** Two services may share a node port by different protocols. */
function nodePortKey({ nodePort, protocol }: JsonObject): string {
  return `${asText(nodePort)}/${asText(protocol, "TCP")}`;
}
