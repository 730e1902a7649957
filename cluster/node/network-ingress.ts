import type { ApiObject } from "../api/object.js";
import type { ObjectLocation } from "../api/service.js";
import type {
  IngressBackend,
  IngressRoute,
  NetworkIngress,
  ServiceName,
} from "../containers/container-runtime.js";
import { nameOf, namespaceOf } from "../controllers/object-keys.js";
import type { Ingress, IngressBackendSpec, IngressRule, Service } from "../controllers/object-kinds.js";
import { SIMULATED_NODE_ADDRESS } from "../controllers/simulated-node.js";
import { forTls } from "./ingress-tls.js";
import { readyEndpoints } from "./network-services.js";
import { CLUSTER_DOMAIN } from "./resolver.js";

/** Where the rules of Ingress objects are served in each network: at the node, as by a controller that uses its ports. */
export const INGRESS_ADDRESS = SIMULATED_NODE_ADDRESS;
export const INGRESS_PORT = 80;
/** Of one network. A request is compared with each: a lab has a handful. */
const MOST_ROUTES = 500;
/** 1 MiB of routes of one network, as they are told: paths and annotations are as long as somebody wrote them. */
const ROUTES_BYTES = 1024 * 1024;
/** Ports of a Service that are named where another was asked for. */
const NAMED_PORTS = 10;
/** Of one route; as many pods as a learner may have. */
const MOST_ENDPOINTS = 50;
/** Replaces the path, where it needs nothing of what came. */
export const REWRITE = "nginx.ingress.kubernetes.io/rewrite-target";
const ANY_LABEL = "*.";

/** A Service and the slices that name its endpoints; `undefined` where there is none. */
export type FindService = (
  location: ObjectLocation,
) => { service: Service; slices: readonly ApiObject[] } | undefined;

/** Ingress objects in the order in which they count, the oldest first. */
export function byAge(ingresses: readonly Ingress[]): Ingress[] {
  return ingresses.toSorted(
    (one, other) => madeAt(one).localeCompare(madeAt(other)) || keyOf(one).localeCompare(keyOf(other)),
  );
}

/** What the Ingress objects of one network say, in their order; those of other classes must have been left out. */
export function ingressOf(ingresses: readonly Ingress[], find: FindService): NetworkIngress {
  const routes: IngressRoute[] = [];
  let bytes = 0;
  for (const route of routesOfAll(ingresses, find)) {
    bytes += Buffer.byteLength(JSON.stringify(route));
    if (routes.length === MOST_ROUTES || bytes > ROUTES_BYTES) break;
    routes.push(route);
  }
  return { address: INGRESS_ADDRESS, port: INGRESS_PORT, routes };
}

/** One after the other, so that of a million nobody looks at more than count. */
function* routesOfAll(ingresses: readonly Ingress[], find: FindService): Generator<IngressRoute> {
  for (const ingress of ingresses) yield* routesOf(ingress, find);
}

/** The path that takes the place of what came: no more than `nginx.ingress.kubernetes.io/rewrite-target` without `$`, of characters that a request may have. */
export function rewriteOf(ingress: Ingress): string | undefined {
  const target = ingress.metadata.annotations?.[REWRITE];
  return target !== undefined && /^\/[\x21-\x23\x25-\x7e]*$/.test(target) ? target : undefined;
}

/** The hosts of their rules as names of the network; on the internet somebody would have to enter them for the address. */
export function namesOfIngresses(ingresses: readonly Ingress[]): ServiceName[] {
  const hosts = new Set<string>();
  for (const { spec } of ingresses)
    for (const { host = "" } of spec.rules ?? []) {
      const name = host.toLowerCase();
      if (name === "" || name.startsWith(ANY_LABEL) || name.endsWith(`.${CLUSTER_DOMAIN}`)) continue;
      if (hosts.size < MOST_ROUTES) hosts.add(name);
    }
  return [...hosts].map((name) => ({ name, addresses: [INGRESS_ADDRESS] }));
}

function* routesOf(ingress: Ingress, find: FindService): Generator<IngressRoute> {
  const { rules = [], defaultBackend } = ingress.spec;
  const name = keyOf(ingress);
  const rewrite = rewriteOf(ingress);
  const isForTls = forTls(ingress);
  for (const { host = "", http } of rules satisfies IngressRule[])
    for (const { path, pathType, backend } of http?.paths ?? [])
      yield {
        ingress: name,
        host: host.toLowerCase(),
        match: pathType === "Exact" ? "Exact" : "Prefix",
        path: path || "/",
        ...(rewrite !== undefined && { rewrite }),
        ...(isForTls(host.toLowerCase()) && { isForTls: true }),
        backend: backendIn(ingress, backend, find),
      };
  if (defaultBackend === undefined) return;
  const backend = backendIn(ingress, defaultBackend, find);
  const hosts = new Set(["", ...rules.map(({ host = "" }) => host.toLowerCase())]);
  for (const host of hosts)
    yield {
      ingress: name,
      host,
      match: "Default",
      path: "/",
      ...(isForTls(host) && { isForTls: true }),
      backend,
    };
}

function backendIn(
  ingress: Ingress,
  { service, resource }: IngressBackendSpec,
  find: FindService,
): IngressBackend {
  const of = `The Ingress ${nameOf(ingress)} in the namespace ${namespaceOf(ingress)}`;
  if (service === undefined) {
    const what = [resource?.kind, resource?.name].filter(Boolean).join(" ");
    return { missing: `${of} leads to the resource ${what}, and only Services are served here.` };
  }
  const found = find({ namespace: namespaceOf(ingress), name: service.name });
  if (found === undefined)
    return { missing: `${of} leads to the Service ${service.name}, which does not exist.` };
  const { number, name } = service.port ?? {};
  const known = (found.service.spec.ports ?? []).filter(({ protocol = "TCP" }) => protocol === "TCP");
  const port = known.find((each) => (name === undefined ? each.port === number : each.name === name));
  if (port === undefined) {
    const named = known.slice(0, NAMED_PORTS).map((each) => [each.port, each.name].filter(Boolean).join(" "));
    const all = [...named, ...(known.length > NAMED_PORTS ? ["..."] : [])].join(", ") || "none";
    const wanted = `port ${name ?? String(number)} of the Service ${service.name}`;
    return { missing: `${of} leads to ${wanted}, which has no such port; its ports are: ${all}.` };
  }
  const endpoints = readyEndpoints(found.slices, port.name ?? "").slice(0, MOST_ENDPOINTS);
  if (endpoints.length > 0) return { endpoints };
  return { missing: `${of} leads to the Service ${service.name}, of which no pod is ready.` };
}

function keyOf(ingress: Ingress): string {
  return `${namespaceOf(ingress)}/${nameOf(ingress)}`;
}

function madeAt({ metadata }: Ingress): string {
  return metadata.creationTimestamp ?? "";
}
