import { asText, recordAt, recordsAt, textAt, valueAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ApiObject } from "../api/object.js";
import { labelsText, NONE, objectAge, selectorText } from "./cells.js";
import type { PrintContext, Printer } from "./printers.js";

/** Addresses and ports shown before the rest is only counted. */
const MAX_SHOWN = 3;

export const networkPrinters: Record<string, Printer> = {
  "/Service": (object, context) => [
    object.metadata.name,
    textAt(object, "spec.type"),
    textAt(object, "spec.clusterIP") || NONE,
    externalAddress(object),
    servicePorts(object),
    objectAge(object, context),
    labelsText(valueAt(object, "spec.selector")),
  ],
  "/Endpoints": (object, context) => [
    object.metadata.name,
    endpointsText(recordsAt(object, "subsets")),
    objectAge(object, context),
  ],
  "discovery.k8s.io/EndpointSlice": printSlice,
  "networking.k8s.io/Ingress": printIngress,
  "networking.k8s.io/IngressClass": (object, context) => {
    const parameters = recordAt(object, "spec.parameters");
    const name =
      parameters && [textAt(parameters, "kind"), textAt(parameters, "apiGroup")].filter(Boolean).join(".");
    const text = name === undefined ? NONE : `${name}/${textAt(parameters, "name")}`;
    return [object.metadata.name, textAt(object, "spec.controller"), text, objectAge(object, context)];
  },
  "networking.k8s.io/NetworkPolicy": (object, context) => [
    object.metadata.name,
    selectorText(valueAt(object, "spec.podSelector")),
    objectAge(object, context),
  ],
  "networking.k8s.io/IPAddress": (object) => [object.metadata.name, textAt(object, "spec.parentRef.name")],
  "networking.k8s.io/ServiceCIDR": (object, context) => [
    object.metadata.name,
    listText(valueAt(object, "spec.cidrs")),
    objectAge(object, context),
  ],
};

function externalAddress(service: ApiObject): string {
  const listed = listText(valueAt(service, "spec.externalIPs"));
  switch (textAt(service, "spec.type")) {
    case "ExternalName":
      return textAt(service, "spec.externalName");
    case "LoadBalancer": {
      const given = recordsAt(service, "status.loadBalancer.ingress").map(
        (ingress) => textAt(ingress, "ip") || textAt(ingress, "hostname"),
      );
      return [...given, ...(listed === "" ? [] : [listed])].join(",") || "<pending>";
    }
    default:
      return listed || NONE;
  }
}

function servicePorts(service: ApiObject): string {
  const ports = recordsAt(service, "spec.ports").map((port) => {
    const nodePort = textAt(port, "nodePort");
    return `${textAt(port, "port")}${nodePort === "" ? "" : `:${nodePort}`}/${textAt(port, "protocol")}`;
  });
  return ports.join(",") || NONE;
}

function endpointsText(subsets: JsonObject[]): string {
  const all = subsets.flatMap((subset) => {
    const addresses = recordsAt(subset, "addresses").map((address) => textAt(address, "ip"));
    const ports = recordsAt(subset, "ports");
    if (ports.length === 0) return addresses;
    return ports.flatMap((port) => addresses.map((address) => `${address}:${textAt(port, "port")}`));
  });
  return shortened(all, " + ") || NONE;
}

function printSlice(slice: ApiObject, context: PrintContext): unknown[] {
  const ports = recordsAt(slice, "ports").map((port) => textAt(port, "port") || "*");
  const addresses = recordsAt(slice, "endpoints").flatMap(({ addresses: list }) =>
    Array.isArray(list) ? list.map((address) => asText(address)) : [],
  );
  return [
    slice.metadata.name,
    textAt(slice, "addressType"),
    shortened(ports, " + ") || "<unset>",
    shortened(addresses, " + ") || "<unset>",
    objectAge(slice, context),
  ];
}

function printIngress(ingress: ApiObject, context: PrintContext): unknown[] {
  const hosts = recordsAt(ingress, "spec.rules")
    .map((rule) => textAt(rule, "host"))
    .filter(Boolean);
  const addresses = recordsAt(ingress, "status.loadBalancer.ingress").map(
    (each) => textAt(each, "ip") || textAt(each, "hostname"),
  );
  const hasTls = recordsAt(ingress, "spec.tls").length > 0;
  return [
    ingress.metadata.name,
    textAt(ingress, "spec.ingressClassName") || NONE,
    shortened(hosts, " + ") || "*",
    addresses.join(","),
    hasTls ? "80, 443" : "80",
    objectAge(ingress, context),
  ];
}

function shortened(items: string[], joint: string): string {
  const shown = items.slice(0, MAX_SHOWN).join(",");
  const more = items.length - MAX_SHOWN;
  return more > 0 ? `${shown}${joint}${more} more...` : shown;
}

function listText(list: unknown): string {
  return Array.isArray(list) ? list.map((item) => asText(item)).join(",") : "";
}
