import { isIP } from "node:net";
import type { JsonObject } from "../api/field-access.js";
import { asText, isRecord, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { cidr, isStrictPart } from "../validation/addresses.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dns1035Label, dnsSubdomain, domainPrefixedPath, wildcardSubdomain } from "../validation/names.js";
import { validatePortNumber } from "./container-validation.js";
import { validatePortReference } from "./probe-validation.js";
import { validateLabelSelector } from "./selector-validation.js";

const CLASS_ANNOTATION = "kubernetes.io/ingress.class";

export function validateIngress(object: ApiObject, errors: FieldErrors): void {
  const rules = valueAt(object, "spec.rules");
  const hasBackend = valueAt(object, "spec.defaultBackend") !== undefined;
  if (!hasBackend && recordsAt(object, "spec.rules").length === 0) {
    errors.invalid("spec", rules ?? null, "either `defaultBackend` or `rules` must be specified");
  }
  const given = object.metadata.annotations?.[CLASS_ANNOTATION];
  const named = textAt(object, "spec.ingressClassName");
  if (given !== undefined && named !== "" && given !== named)
    errors.invalid(
      `annotations.${CLASS_ANNOTATION}`,
      given,
      "must match `ingressClassName` when both are specified",
    );
  recordsAt(object, "spec.tls").forEach(({ hosts, secretName }, i) => {
    (Array.isArray(hosts) ? hosts : []).forEach((host: unknown, j) =>
      validateHost(asText(host), `spec.tls[${i}].hosts[${j}]`, errors),
    );
    const secret = asText(secretName);
    if (secret === "") return;
    for (const text of dnsSubdomain(secret)) errors.invalid(`spec.tls[${i}].secretName`, secret, text);
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
  const rule = host.includes("*") ? wildcardSubdomain : dnsSubdomain;
  for (const text of rule(host)) errors.invalid(field, host, text);
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
    const group = textAt(backend, "resource.apiGroup");
    if (group !== "")
      for (const text of dnsSubdomain(group)) errors.invalid(`${field}.resource.apiGroup`, group, text);
    return;
  }
  const serviceName = textAt(service, "name");
  if (serviceName === "") errors.required(`${field}.service.name`);
  else
    for (const text of dns1035Label(serviceName)) errors.invalid(`${field}.service.name`, serviceName, text);
  const { name, number } = recordAt(service, "port") ?? {};
  const hasNumber = typeof number === "number" && number !== 0;
  if (asText(name) !== "" && hasNumber) errors.invalid(field, "", "cannot set both port name & port number");
  else if (asText(name) !== "") validatePortReference(name, `${field}.service.port.name`, errors);
  else if (hasNumber) validatePortReference(number, `${field}.service.port.number`, errors);
  else errors.required(field, "port name or number is required");
}

export function validateIngressClass(object: ApiObject, errors: FieldErrors): void {
  const controller = textAt(object, "spec.controller");
  if (controller === "") errors.required("spec.controller");
  else for (const text of domainPrefixedPath(controller)) errors.invalid("spec.controller", controller, text);
  const parameters = recordAt(object, "spec.parameters");
  if (parameters?.["scope"] === "Namespace" && asText(parameters["namespace"]) === "")
    errors.required("spec.parameters.namespace", "`parameters.scope` is set to 'Namespace'");
}

export function validateNetworkPolicy(object: ApiObject, errors: FieldErrors): void {
  validateLabelSelector(valueAt(object, "spec.podSelector"), "spec.podSelector", errors);
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
  const types = valueAt(object, "spec.policyTypes");
  if (Array.isArray(types) && types.length > 2)
    errors.invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
}

function validatePolicyPort({ port, endPort }: JsonObject, field: string, errors: FieldErrors): void {
  if (port !== undefined) validatePortReference(port, `${field}.port`, errors);
  if (endPort === undefined) return;
  if (port === undefined) {
    errors.invalid(`${field}.endPort`, endPort, "may not be specified when `port` is not specified");
  } else if (typeof port !== "number") {
    errors.invalid(`${field}.endPort`, endPort, "may not be specified when `port` is non-numeric");
  } else if (typeof endPort === "number" && endPort < port) {
    errors.invalid(`${field}.endPort`, port, "must be greater than or equal to `port`");
  } else validatePortNumber(endPort, `${field}.endPort`, errors);
}

function validatePeer(peer: JsonObject, field: string, errors: FieldErrors): void {
  const block = recordAt(peer, "ipBlock");
  for (const name of ["podSelector", "namespaceSelector"])
    validateLabelSelector(peer[name], `${field}.${name}`, errors);
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
