import type { JsonObject } from "../api/field-access.js";
import { asText, recordsAt } from "../api/field-access.js";
import type { FieldErrors } from "../validation/field-errors.js";
import { dnsLabel, qualifiedName } from "../validation/names.js";
import { validatePortNumber } from "./container-validation.js";
import { validatePortReference } from "./probe-validation.js";

/** Adds what is wrong with the ports of a service. */
export function validateServicePorts(spec: JsonObject, errors: FieldErrors): void {
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
    validatePortReference(port["targetPort"] || port["port"], `${field}.targetPort`, errors);
    const protocol = port["appProtocol"];
    if (protocol !== undefined)
      for (const text of qualifiedName(asText(protocol)))
        errors.invalid(`${field}.appProtocol`, protocol, text);
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
