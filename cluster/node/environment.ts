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
  { container, address }: Pick<Subject, "container" | "address">,
  filler: VariableFiller,
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
        ? filler.fill(asText(variable["value"]), variables)
        : sourceValue(api, { pod, container, address }, source);
    if (value !== undefined) variables.set(name, value);
  }
  return variables;
}

/** Characters that variables may put into the texts of one container: more than any program can be handed, and little for those who wait. */
const MAX_EXPANDED = 4 * 1024 * 1024;

/**
 * Fills variables into the texts of one container: `$(NAME)`, where there is such a variable; `$$` is a dollar. What variables made of
 * variables would grow to is bounded: beyond it names stay as they stand, and the runtime refuses what is already too much to be started.
 */
export class VariableFiller {
  #left = MAX_EXPANDED;

  fill(text: string, variables: ReadonlyMap<string, string>): string {
    // Behind the last bracket no name ends, and looking for its end would take time with the square of the text.
    const end = text.lastIndexOf(")") + 1;
    const filled = text
      .slice(0, end)
      .replaceAll(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
        name === undefined ? "$" : (this.#take(variables.get(name)) ?? whole),
      );
    return filled + text.slice(end).replaceAll("$$", () => "$");
  }

  #take(value: string | undefined): string | undefined {
    if (value === undefined || value.length > this.#left) return undefined;
    this.#left -= value.length;
    return value;
  }
}

/** The variables that a text names. */
export function namesIn(text: string): string[] {
  const end = text.lastIndexOf(")") + 1;
  return [...text.slice(0, end).matchAll(/\$\$|\$\(([^)]*)\)/g)].flatMap(([, name]) => name ?? []);
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
