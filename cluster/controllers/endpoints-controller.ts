import type { ApiObject } from "../api/object.js";
import type { WatchEvent } from "../api/service.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import type { Endpoint } from "./endpoint-slices.js";
import { writeSlices } from "./endpoint-slices.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { Pod, Service } from "./object-kinds.js";
import { podsSelectedBy, servicesSelecting } from "./listers.js";
import { isActivePod, isReadyPod, isTerminatingPod } from "./pod-state.js";
import { endpoints, pods, services } from "./resource-refs.js";

const NAME = "endpointslice-controller";
const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";
/** Addresses one Endpoints object holds, as in a real controller; slices hold the rest. */
const MAX_ADDRESSES = 1000;
const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
/**
 * What is behind a service is written anew after a millisecond for each of its pods: then the work that a change of one
 * pod costs does not grow with the number of its siblings.
 */
const MS_PER_BACKEND = 1;
const MAX_DELAY_MS = 1000;

/** Lists the addresses behind each service that selects pods, in the present form and in the one before it. */
export function createEndpointsController(context: ControllerContext): Controller {
  const { api } = context;
  /** How many pods each service had behind it when it was last looked at. */
  const sizes = new Map<string, number>();
  const delayOf = (key: string): number => Math.min((sizes.get(key) ?? 0) * MS_PER_BACKEND, MAX_DELAY_MS);
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(services, ({ object }) => queue.add(keyOf(object))),
      api.watch(pods, (event) => {
        for (const key of affectedServices(context, event)) queue.addAfter(key, delayOf(key));
      }),
    ],
    reconcile: async (key) => {
      const service = api.find(services, locationOfKey(key)) as Service | undefined;
      const selector = service?.spec.selector ?? {};
      if (service === undefined || Object.keys(selector).length === 0) {
        sizes.delete(key);
        return service === undefined ? removeEndpoints(context, key) : undefined;
      }
      const selected = podsSelectedBy(api, namespaceOf(service), { matchLabels: selector });
      const backends = selected.filter(isBackend).toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
      sizes.set(key, backends.length);
      const annotations = { [TRIGGER_TIME]: timestampOf(context.clock.now()) };
      const ports = portsOf(service, backends);
      const slices = { endpoints: backends.map((pod) => endpointOf(service, pod)), ports, annotations };
      const before = service.spec.publishNotReadyAddresses ? backends : backends.filter(isActivePod);
      await Promise.all([writeSlices(api, service, slices), writeEndpoints(context, service, before)]);
    },
  };
}

/** The services a change of a pod changes something behind. */
function affectedServices({ api }: ControllerContext, { type, object, previous }: WatchEvent): Set<string> {
  const after = type === "DELETED" ? undefined : object;
  const before = type === "DELETED" ? (previous ?? object) : previous;
  if (isSameJson(backendState(before), backendState(after))) return new Set();
  const states = [before, after].filter((pod) => pod !== undefined);
  return new Set(states.flatMap((pod) => servicesSelecting(api, pod)).map(keyOf));
}

/** Everything of a pod that endpoints tell; nothing where it is not among them. */
function backendState(pod: ApiObject | undefined): unknown {
  if (pod === undefined || !isBackend(pod as Pod)) return undefined;
  const { status, spec, metadata } = pod as Pod;
  const { hostname, subdomain } = spec;
  return [
    status?.podIP,
    isReadyPod(pod as Pod),
    isTerminatingPod(pod as Pod),
    spec.nodeName,
    hostname,
    subdomain,
    metadata.labels ?? {},
  ];
}

/** One that ends stays, as ready for nothing new. */
function isBackend(pod: Pod): boolean {
  return (isActivePod(pod) || isTerminatingPod(pod)) && pod.status?.podIP !== undefined;
}

function endpointOf(service: Service, pod: Pod): Endpoint {
  const [serving, terminating] = [isReadyPod(pod), isTerminatingPod(pod)];
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  return {
    addresses: [pod.status?.podIP ?? ""],
    conditions: { ready, serving, terminating },
    ...nameBehind(service, pod),
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: targetOf(pod),
  };
}

/** The name a pod has below that of its service. */
function nameBehind(service: Service, { spec: { hostname, subdomain } }: Pod): { hostname?: string } {
  return hostname !== undefined && subdomain === nameOf(service) ? { hostname } : {};
}

async function removeEndpoints({ api }: ControllerContext, key: string): Promise<void> {
  const known = api.find(endpoints, locationOfKey(key));
  if (known?.metadata.labels?.["endpoints.kubernetes.io/managed-by"] !== "endpoint-controller") return;
  await api.delete(endpoints, locationOfKey(key), writesOf("endpoint-controller"));
}

interface Port {
  name: string;
  port: number;
  protocol: string;
  appProtocol?: string;
}

function portsOf({ spec }: Service, backends: Pod[]): Port[] {
  return (spec.ports ?? []).flatMap(
    ({ name = "", port, targetPort = port, protocol = "TCP", appProtocol }) => {
      const number = typeof targetPort === "number" ? targetPort : namedPort(backends, targetPort);
      return number === undefined
        ? []
        : [{ name, port: number, protocol, ...(appProtocol && { appProtocol }) }];
    },
  );
}

function namedPort(backends: Pod[], name: string): number | undefined {
  const ports = backends.flatMap((pod) => pod.spec.containers.flatMap((container) => container.ports ?? []));
  return ports.find((port) => port.name === name)?.containerPort;
}

function targetOf(pod: Pod): Record<string, string> {
  const { namespace = "", name = "", uid = "" } = pod.metadata;
  return { kind: "Pod", namespace, name, uid };
}

async function writeEndpoints(
  { api, clock }: ControllerContext,
  service: Service,
  backends: Pod[],
): Promise<void> {
  const writes = writesOf("endpoint-controller");
  const labels = { ...service.metadata.labels, "endpoints.kubernetes.io/managed-by": "endpoint-controller" };
  const annotations = {
    [TRIGGER_TIME]: timestampOf(clock.now()),
    ...(backends.length > MAX_ADDRESSES && { [OVER_CAPACITY]: "truncated" }),
  };
  const subsets = subsetsOf(service, backends.slice(0, MAX_ADDRESSES));
  const namespace = namespaceOf(service);
  const name = nameOf(service);
  const known = api.find(endpoints, { namespace, name });
  const content = subsets.length > 0 ? { subsets } : {};
  if (known === undefined) {
    const object = {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name, labels, annotations },
      ...content,
    };
    await api.create(endpoints, namespace, object, writes);
  } else if (!isSameJson(known["subsets"] ?? [], subsets) || !isSameJson(known.metadata.labels, labels)) {
    const { subsets: _, ...rest } = structuredClone(known);
    await api.update(
      endpoints,
      { ...rest, ...content, metadata: { ...rest.metadata, labels, annotations } },
      writes,
    );
  }
}

function addressOf(service: Service, pod: Pod): object {
  const { nodeName } = pod.spec;
  return {
    ip: pod.status?.podIP ?? "",
    ...nameBehind(service, pod),
    ...(nodeName ? { nodeName } : {}),
    targetRef: targetOf(pod),
  };
}

function subsetsOf(service: Service, backends: Pod[]): object[] {
  const isListed = (pod: Pod) => service.spec.publishNotReadyAddresses === true || isReadyPod(pod);
  const listed = (pod: Pod): object => addressOf(service, pod);
  const addresses = backends.filter(isListed).map(listed);
  const notReadyAddresses = backends.filter((pod) => !isListed(pod)).map(listed);
  if (backends.length === 0) return [];
  const ports = portsOf(service, backends).map(({ name, ...port }) => ({ ...(name && { name }), ...port }));
  return [
    {
      ...(addresses.length > 0 ? { addresses } : {}),
      ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    },
  ];
}
