import type { Duplex } from "node:stream";
import { recordsAt, textAt } from "../api/field-access.js";
import { badRequest, notImplemented, serviceUnavailable, StatusError } from "../api/status.js";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Pod, Service } from "../controllers/object-kinds.js";
import { endpointSlices, pods } from "../controllers/resource-refs.js";
import type { Call } from "../http/call.js";
import { readyEndpoints } from "../node/network-services.js";
import { requireObject } from "../rest/api-core.js";
import { listObjects } from "../rest/read.js";
import { requireRealContainers } from "./container-target.js";

const SERVICE_LABEL = "kubernetes.io/service-name";
const MISSING = "nothing answers in it";

/** Where a request of a client is passed on to. */
export interface ProxyTarget {
  isTls: boolean;
  /** Address and port, for messages. */
  host: string;
  dial: () => Promise<Duplex>;
}

/** The port of a pod that `[SCHEME:]NAME[:PORT]` names; throws 400, 404 and 501 (a pod that is simulated). */
export function podProxyTarget(call: Call, runtime: ContainerRuntime): ProxyTarget {
  const { isTls, name, port } = namedTarget(call, "pod");
  const pod = requireObject(call.core, call.type, { ...placeOf(call), name }) as Pod;
  requireRealContainers(call, runtime, pod, MISSING);
  const own = pod.spec.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort;
  return targetIn(runtime, pod, { isTls, port: port || String(own ?? (isTls ? 443 : 80)) });
}

/** A ready pod behind the port of a Service that `[SCHEME:]NAME[:PORT]` names; throws 400, 404, 501 and 503 as a real API server does. */
export function serviceProxyTarget(call: Call, runtime: ContainerRuntime): ProxyTarget {
  const { isTls, name, port } = namedTarget(call, "service");
  const service = requireObject(call.core, call.type, { ...placeOf(call), name }) as Service;
  const slices = slicesOf(call, name);
  const endpoints = readyEndpoints(slices, portName(service, port));
  const endpoint = endpoints[Math.floor(Math.random() * endpoints.length)];
  // Where there are some and none is meant, a real API server names the Service as it was asked for.
  const meant = slices.some((slice) => recordsAt(slice, "endpoints").length > 0) ? call.name : name;
  if (endpoint === undefined)
    throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(meant)}`);
  const all = listObjects(call.core, call.core.registry.require(pods), placeOf(call)) as Pod[];
  const pod = all.find((each) => textAt(each, "status.podIP") === endpoint.address);
  // Nothing but pods is in a network here.
  if (pod === undefined)
    throw unreachable(`${endpoint.address}:${endpoint.port}`, "connect: network is unreachable");
  requireRealContainers(call, runtime, pod, MISSING);
  return targetIn(runtime, pod, { isTls, port: String(endpoint.port) });
}

/** 503 in the words of a real API server that could not connect. */
export function unreachable(host: string, why: string): Error {
  return serviceUnavailable(`error trying to reach service: dial tcp ${host}: ${why}`);
}

/** 500, as a real API server says the same of what was to go on as another protocol. */
export function notDialled(host: string, why: string): Error {
  return new StatusError({
    code: 500,
    reason: "",
    message: `error dialing backend: dial tcp ${host}: ${why}`,
  });
}

function targetIn(
  runtime: ContainerRuntime,
  pod: Pod,
  { isTls, port }: { isTls: boolean; port: string },
): ProxyTarget {
  const address = textAt(pod, "status.podIP");
  if (address === "") throw badRequest("address not allowed");
  const host = `${address}:${port}`;
  const number = Number(port);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw serviceUnavailable(`error trying to reach service: dial tcp: lookup tcp/${port}: unknown port`);
  return { isTls, host, dial: () => runtime.dial(pod.metadata.uid ?? "", number) };
}

/** The name endpoints have for the port of the Service; a Service has one port or is asked for one. */
function portName(service: Service, port: string): string {
  const { ports = [] } = service.spec;
  if (port === "") return ports.length === 1 ? (ports[0]?.name ?? "") : "";
  if (!/^\d+$/.test(port)) return port;
  const found = ports.find((each) => each.port === Number(port));
  if (found !== undefined) return found.name ?? "";
  const name = JSON.stringify(service.metadata.name);
  throw serviceUnavailable(`no service port ${Number(port)} found for service ${name}`);
}

function slicesOf(call: Call, service: string): ReturnType<typeof listObjects> {
  const type = call.core.registry.require(endpointSlices);
  return listObjects(call.core, type, { ...placeOf(call), labelSelector: `${SERVICE_LABEL}=${service}` });
}

function namedTarget(
  { name: id }: Call,
  kind: "pod" | "service",
): { isTls: boolean; name: string; port: string } {
  const parts = id.split(":");
  const [scheme = "", name = "", port = ""] = parts.length > 2 ? parts : ["", ...parts];
  const isKnown = ["", "http", "https"].includes(scheme);
  if (parts.length > 3 || name === "" || !isKnown)
    throw badRequest(`invalid ${kind} request ${JSON.stringify(id)}`);
  return { isTls: scheme === "https", name, port };
}

function placeOf({ namespace }: Call): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

/** Why nothing can be passed on in a cluster whose pods do not run; throws 404 where there is no such pod or Service. */
export function refusedProxy(call: Call): Error {
  const kind = call.type.kind === "Pod" ? "pod" : "service";
  const { name } = namedTarget(call, kind);
  requireObject(call.core, call.type, { ...placeOf(call), name });
  return notImplemented(
    `the embedded cluster runs no containers, so nothing answers behind ${kind} ${JSON.stringify(name)}`,
  );
}
