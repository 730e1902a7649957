import { asText, recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { ApiService } from "../api/service.js";
import { namespaceOf } from "../controllers/object-keys.js";
import type { Container, Pod, Service } from "../controllers/object-kinds.js";
import { services } from "../controllers/resource-refs.js";
import { containersOf } from "../controllers/pod-status.js";
import { contentsOf, fieldValue, resourceValue } from "./pod-facts.js";

/** The variables of a container in the order of a kubelet: services, whole ConfigMaps and Secrets, then its own. */
export function environmentOf(
  api: ApiService,
  pod: Pod,
  container: Container,
  address: string,
): Map<string, string> {
  const variables = serviceVariables(api, pod);
  for (const from of recordsAt(container, "envFrom")) {
    for (const [field, kind] of [
      ["configMapRef", "configMap"],
      ["secretRef", "secret"],
    ] as const) {
      const name = textAt(from, `${field}.name`);
      const contents = name === "" ? undefined : contentsOf(api, kind, { namespace: namespaceOf(pod), name });
      for (const [key, bytes] of contents ?? [])
        variables.set(`${textAt(from, "prefix")}${key}`, bytes.toString());
    }
  }
  for (const variable of recordsAt(container, "env")) {
    const name = asText(variable["name"]);
    const source = recordAt(variable, "valueFrom");
    const value =
      source === undefined
        ? expand(asText(variable["value"]), variables)
        : sourceValue(api, { pod, container, address }, source);
    if (value !== undefined) variables.set(name, value);
  }
  return variables;
}

/** `$(NAME)` in the text, where there is such a variable; `$$` is a dollar. */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? "$" : (variables.get(name) ?? whole),
  );
}

interface Subject {
  pod: Pod;
  container: Container;
  address: string;
}

function sourceValue(
  api: ApiService,
  { pod, container, address }: Subject,
  source: object,
): string | undefined {
  const field = textAt(source, "fieldRef.fieldPath");
  if (field !== "") return fieldValue(pod, field, address);
  const resource = recordAt(source, "resourceFieldRef");
  if (resource !== undefined) {
    const named = containersOf(pod).find(({ name }) => name === asText(resource["containerName"]));
    return resourceValue(named ?? container, resource);
  }
  for (const [ref, kind] of [
    ["configMapKeyRef", "configMap"],
    ["secretKeyRef", "secret"],
  ] as const) {
    const key = recordAt(source, ref);
    if (key === undefined) continue;
    const at = { namespace: namespaceOf(pod), name: asText(key["name"]) };
    return contentsOf(api, kind, at)?.get(asText(key["key"]))?.toString();
  }
  return undefined;
}

/** Where services are, in the form Docker's links had; the API's own everywhere, those of the namespace unless switched off. */
function serviceVariables(api: ApiService, pod: Pod): Map<string, string> {
  const variables = new Map<string, string>();
  const own =
    pod.spec["enableServiceLinks"] === false ? [] : api.list(services, { namespace: namespaceOf(pod) });
  const kubernetes = api.find(services, { namespace: "default", name: "kubernetes" });
  for (const service of [...(kubernetes ? [kubernetes] : []), ...own] as Service[])
    addService(variables, service);
  return variables;
}

function addService(variables: Map<string, string>, { metadata, spec }: Service): void {
  const [first] = spec.ports ?? [];
  const { clusterIP } = spec;
  if (first === undefined || !clusterIP || clusterIP === "None") return;
  const prefix = (metadata.name ?? "").toUpperCase().replaceAll("-", "_");
  variables.set(`${prefix}_SERVICE_HOST`, clusterIP);
  variables.set(`${prefix}_SERVICE_PORT`, String(first.port));
  for (const { name, port } of spec.ports ?? []) {
    if (name)
      variables.set(`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll("-", "_")}`, String(port));
  }
  const url = (port: number, protocol = "TCP"): string => `${protocol.toLowerCase()}://${clusterIP}:${port}`;
  variables.set(`${prefix}_PORT`, url(first.port, first.protocol));
  for (const { port, protocol = "TCP" } of spec.ports ?? []) {
    const link = `${prefix}_PORT_${port}_${protocol}`;
    variables.set(link, url(port, protocol));
    variables.set(`${link}_PROTO`, protocol.toLowerCase());
    variables.set(`${link}_PORT`, String(port));
    variables.set(`${link}_ADDR`, clusterIP);
  }
}
