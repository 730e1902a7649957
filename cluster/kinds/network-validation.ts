import { isIP } from "node:net";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { cidr, isStrictPart, outsideAddress } from "../validation/addresses.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsSubdomain } from "../validation/names.js";
import { validatePortReference } from "./probe-validation.js";

const WILDCARD = "*.";

export function validateIngress(object: ApiObject, errors: FieldErrors): void {
  const rules = valueAt(object, "spec.rules");
  const hasBackend = valueAt(object, "spec.defaultBackend") !== undefined;
  if (!hasBackend && recordsAt(object, "spec.rules").length === 0) {
    errors.invalid("spec", rules ?? null, "either `defaultBackend` or `rules` must be specified");
  }
  recordsAt(object, "spec.tls").forEach(({ hosts }, i) => {
    (Array.isArray(hosts) ? hosts : []).forEach((host: unknown, j) =>
      validateHost(asText(host), `spec.tls[${i}].hosts[${j}]`, errors),
    );
  });
  recordsAt(object, "spec.rules").forEach((rule, i) => {
    const field = `spec.rules[${i}]`;
    const host = asText(rule["host"]);
    if (isIP(host) !== 0) errors.invalid(`${field}.host`, host, "must be a DNS name, not an IP address");
    else if (host !== "") validateHost(host, `${field}.host`, errors);
    const http = recordAt(rule, "http");
    if (http === undefined) return;
    const paths = recordsAt(http, "paths");
    if (paths.length === 0) errors.required(`${field}.http.paths`);
    paths.forEach((path, j) => validatePath(path, `${field}.http.paths[${j}]`, errors));
  });
  const backend = recordAt(object, "spec.defaultBackend");
  if (backend !== undefined) validateBackend(backend, "spec.defaultBackend", errors);
  const name = textAt(object, "spec.ingressClassName");
  if (name !== "") for (const text of dnsSubdomain(name)) errors.invalid("spec.ingressClassName", name, text);
}

function validateHost(host: string, field: string, errors: FieldErrors): void {
  const name = host.startsWith(WILDCARD) ? host.slice(WILDCARD.length) : host;
  for (const text of dnsSubdomain(name)) errors.invalid(field, host, text);
}

function validatePath(path: JsonObject, field: string, errors: FieldErrors): void {
  const { pathType } = path;
  const text = asText(path["path"]);
  if (pathType === undefined) errors.required(`${field}.pathType`, "pathType must be specified");
  else if (pathType === "Exact" || pathType === "Prefix" || text !== "") {
    if (!text.startsWith("/")) errors.invalid(`${field}.path`, text, "must be an absolute path");
    const isLiteral = pathType !== "ImplementationSpecific";
    for (const part of isLiteral ? ["//", "/./", "/../", "%2f", "%2F"] : []) {
      if (text.includes(part)) errors.invalid(`${field}.path`, text, `must not contain '${part}'`);
    }
  }
  validateBackend(recordAt(path, "backend") ?? {}, `${field}.backend`, errors);
}

function validateBackend(backend: JsonObject, field: string, errors: FieldErrors): void {
  const service = recordAt(backend, "service");
  const hasResource = isRecord(backend["resource"]);
  if (service !== undefined && hasResource)
    return errors.invalid(field, "", "cannot set both resource and service backends");
  if (service === undefined) {
    if (!hasResource) errors.invalid(field, "", "resource or service backend is required");
    return;
  }
  if (textAt(service, "name") === "") errors.required(`${field}.service.name`);
  const { name, number } = recordAt(service, "port") ?? {};
  const hasNumber = typeof number === "number" && number !== 0;
  if (asText(name) !== "" && hasNumber) errors.invalid(field, "", "cannot set both port name & port number");
  else if (asText(name) !== "") validatePortReference(name, `${field}.service.port.name`, errors);
  else if (hasNumber) validatePortReference(number, `${field}.service.port.number`, errors);
  else errors.required(field, "port name or number is required");
}

export function validateIngressClass(object: ApiObject, errors: FieldErrors): void {
  const controller = textAt(object, "spec.controller");
  const [domain = "", ...rest] = controller.split("/");
  const isPath = rest.length > 0 && rest.every((part) => part !== "") && dnsSubdomain(domain).length === 0;
  if (!isPath) {
    errors.invalid("spec.controller", controller, 'must be a domain-prefixed path (such as "acme.io/foo")');
  }
}

export function validateNetworkPolicy(object: ApiObject, errors: FieldErrors): void {
  for (const [direction, side] of [
    ["ingress", "from"],
    ["egress", "to"],
  ] as const) {
    recordsAt(object, `spec.${direction}`).forEach((rule, i) => {
      const field = `spec.${direction}[${i}]`;
      recordsAt(rule, "ports").forEach((port, j) => validatePolicyPort(port, `${field}.ports[${j}]`, errors));
      recordsAt(rule, side).forEach((peer, j) => validatePeer(peer, `${field}.${side}[${j}]`, errors));
    });
  }
}

function validatePolicyPort({ port, endPort }: JsonObject, field: string, errors: FieldErrors): void {
  if (port !== undefined) validatePortReference(port, `${field}.port`, errors);
  if (endPort === undefined) return;
  if (typeof port !== "number") {
    errors.invalid(`${field}.endPort`, endPort, "may not be specified when `port` is non-numeric");
  } else if (typeof endPort === "number" && endPort < port) {
    errors.invalid(`${field}.endPort`, port, "must be greater than or equal to `port`");
  }
}

function validatePeer(peer: JsonObject, field: string, errors: FieldErrors): void {
  const block = recordAt(peer, "ipBlock");
  const isSelecting = isRecord(peer["podSelector"]) || isRecord(peer["namespaceSelector"]);
  if (block === undefined) {
    if (!isSelecting) errors.required(field, "must specify a peer");
    return;
  }
  if (isSelecting) errors.forbidden(field, "may not specify both ipBlock and another peer");
  const network = textAt(block, "cidr");
  const problems = cidr(network);
  if (network === "") errors.required(`${field}.ipBlock.cidr`);
  else for (const text of problems) errors.invalid(`${field}.ipBlock.cidr`, network, text);
  const except = Array.isArray(block["except"]) ? block["except"].map((each) => asText(each)) : [];
  except.forEach((part, i) => {
    const at = `${field}.ipBlock.except[${i}]`;
    const wrong = cidr(part);
    for (const text of wrong) errors.invalid(at, part, text);
    const isJudged = wrong.length === 0 && problems.length === 0;
    if (isJudged && !isStrictPart(part, network))
      errors.invalid(at, part, "must be a strict subset of `cidr`");
  });
}

export function validateEndpoints(object: ApiObject, errors: FieldErrors): void {
  recordsAt(object, "subsets").forEach((subset, i) => {
    const lists = ["addresses", "notReadyAddresses"];
    if (lists.every((list) => recordsAt(subset, list).length === 0)) {
      errors.required(`subsets[${i}]`, "must specify `addresses` or `notReadyAddresses`");
    }
    for (const list of lists) {
      recordsAt(subset, list).forEach((address, j) => {
        const ip = textAt(address, "ip");
        const field = `subsets[${i}].${list}[${j}].ip`;
        for (const text of outsideAddress(ip)) errors.invalid(field, ip, text);
      });
    }
  });
}
