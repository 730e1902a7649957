import type { JsonObject } from "../api/field-access.js";
import { asText, recordsAt, textAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { canonicalIpv6, familyOf, ipAddress, isMapped, outsideAddress } from "../validation/addresses.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsLabel, dnsSubdomain, labelValue } from "../validation/names.js";
import { validatePortNumber } from "./container-validation.js";

const MAX_ADDRESSES = 100;

/** Adds what is wrong with an Endpoints object. */
export function validateEndpoints(object: ApiObject, errors: FieldErrors): void {
  recordsAt(object, "subsets").forEach((subset, i) => {
    const field = `subsets[${i}]`;
    const lists = ["addresses", "notReadyAddresses"];
    if (lists.every((list) => recordsAt(subset, list).length === 0))
      errors.required(field, "must specify `addresses` or `notReadyAddresses`");
    for (const list of lists)
      recordsAt(subset, list).forEach((address, j) =>
        validateAddress(address, `${field}.${list}[${j}]`, errors),
      );
    const ports = recordsAt(subset, "ports");
    ports.forEach((port, j) => {
      const at = `${field}.ports[${j}]`;
      const name = asText(port["name"]);
      if (ports.length > 1 && name === "") errors.required(`${at}.name`);
      else if (name !== "") for (const text of dnsLabel(name)) errors.invalid(`${at}.name`, name, text);
      validatePortNumber(port["port"] ?? 0, `${at}.port`, errors);
    });
  });
}

function validateAddress(address: JsonObject, at: string, errors: FieldErrors): void {
  const [ip, hostname] = [textAt(address, "ip"), textAt(address, "hostname")];
  const problems = ipAddress(ip);
  for (const text of problems) errors.invalid(`${at}.ip`, ip, text);
  if (hostname !== "")
    for (const text of dnsLabel(hostname)) errors.invalid(`${at}.hostname`, hostname, text);
  // A real API server reads the address twice.
  if (problems.length > 0) errors.invalid(`${at}.ip`, ip, "must be a valid IP address");
  else for (const text of outsideAddress(ip)) errors.invalid(`${at}.ip`, ip, text);
}

/** Adds what is wrong with an EndpointSlice. */
export function validateEndpointSlice(object: ApiObject, errors: FieldErrors): void {
  const type = textAt(object, "addressType");
  if (type === "") errors.required("addressType");
  recordsAt(object, "endpoints").forEach((endpoint, i) =>
    validateEndpoint(endpoint, { at: `endpoints[${i}]`, type }, errors),
  );
  const names = new Set<string>();
  recordsAt(object, "ports").forEach((port, i) => {
    const name = asText(port["name"]);
    const at = `ports[${i}].name`;
    if (name !== "") for (const text of dnsLabel(name)) errors.invalid(at, name, text);
    if (names.has(name)) errors.duplicate(at, name);
    names.add(name);
  });
}

function validateEndpoint(
  endpoint: JsonObject,
  { at, type }: { at: string; type: string },
  errors: FieldErrors,
): void {
  const list = Array.isArray(endpoint["addresses"]) ? endpoint["addresses"] : [];
  const addresses = list.map((each) => asText(each));
  if (addresses.length === 0) errors.required(`${at}.addresses`, "must contain at least 1 address");
  if (addresses.length > MAX_ADDRESSES) errors.tooMany(`${at}.addresses`, addresses.length, MAX_ADDRESSES);
  else
    addresses.forEach((address, i) =>
      validateOfType(address, { type, list: `${at}.addresses`, at: `${at}.addresses[${i}]` }, errors),
    );
  const node = asText(endpoint["nodeName"]);
  if (node !== "") for (const text of dnsSubdomain(node)) errors.invalid(`${at}.nodeName`, node, text);
  const hostname = asText(endpoint["hostname"]);
  if (hostname !== "")
    for (const text of dnsLabel(hostname)) errors.invalid(`${at}.hostname`, hostname, text);
  recordsAt(endpoint, "hints.forZones").forEach(({ name }, i) => {
    const zone = asText(name);
    for (const text of labelValue(zone)) errors.invalid(`${at}.hints.forZones[${i}].name`, zone, text);
  });
}

function validateOfType(
  address: string,
  { type, list, at }: { type: string; list: string; at: string },
  errors: FieldErrors,
): void {
  if (type === "FQDN") {
    for (const text of dnsSubdomain(address)) errors.invalid(at, address, text);
    return;
  }
  if (type !== "IPv4" && type !== "IPv6") return;
  const problems = ipAddress(address);
  if (problems.length === 0) {
    const isOfFamily = familyOf(address) === (type === "IPv4" ? 4 : 6);
    if (type === "IPv6" && isMapped(address))
      errors.invalid(at, address, "must not be an IPv4-mapped IPv6 address");
    else if (!isOfFamily) errors.invalid(list, address, `must be an ${type} address`);
    else if (type === "IPv6" && canonicalIpv6(address) !== address)
      errors.invalid(at, address, `must be in canonical form (${JSON.stringify(canonicalIpv6(address))})`);
  }
  for (const text of outsideAddress(address)) errors.invalid(at, address, text);
}
