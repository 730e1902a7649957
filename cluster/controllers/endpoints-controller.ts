import type { ApiObject } from "../api/object.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { Pod, Service } from "./object-kinds.js";
import { controllerReference } from "./owner-references.js";
import { isActivePod, isReadyPod } from "./pod-state.js";
import { endpoints, endpointSlices, pods, services } from "./resource-refs.js";
import type { WorkQueue } from "./work-queue.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";

const NAME = "endpointslice-controller";
const SERVICE_LABEL = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";
const MANAGER = "endpointslice-controller.k8s.io";

/** Lists the addresses behind each service that selects pods, in the present form and in the one before it. */
export function createEndpointsController(context: ControllerContext): Controller {
  const { api } = context;
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(services, ({ object }) => queue.add(keyOf(object))),
      api.watch(pods, ({ object, previous }) => {
        for (const pod of previous === undefined ? [object] : [object, previous])
          addServices(context, queue, pod);
      }),
    ],
    reconcile: async (key) => {
      const service = api.find(services, locationOfKey(key)) as Service | undefined;
      if (service === undefined) return removeEndpoints(context, key);
      if (Object.keys(service.spec.selector ?? {}).length === 0) return;
      const backends = (api.list(pods, { namespace: namespaceOf(service) }) as Pod[]).filter(
        (pod) => selects(service, pod) && isActivePod(pod) && pod.status?.podIP !== undefined,
      );
      await writeSlice(context, service, backends);
      await writeEndpoints(context, service, backends);
    },
  };
}

function addServices({ api }: ControllerContext, queue: WorkQueue, pod: ApiObject): void {
  for (const service of api.list(services, { namespace: namespaceOf(pod) })) {
    if (selects(service as Service, pod)) queue.add(keyOf(service));
  }
}

function selects({ spec }: Service, pod: ApiObject): boolean {
  const { selector = {} } = spec;
  if (Object.keys(selector).length === 0) return false;
  return labelSelectorMatcher({ matchLabels: selector })(pod.metadata.labels);
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

async function writeSlice(
  { api, clock }: ControllerContext,
  service: Service,
  backends: Pod[],
): Promise<void> {
  const writes = writesOf(NAME);
  const namespace = namespaceOf(service);
  const labels = { ...service.metadata.labels, [MANAGED_BY]: MANAGER, [SERVICE_LABEL]: nameOf(service) };
  const content = {
    addressType: "IPv4",
    endpoints: backends.map((pod) => {
      const ready = service.spec.publishNotReadyAddresses === true || isReadyPod(pod);
      return {
        addresses: [pod.status?.podIP ?? ""],
        conditions: { ready, serving: isReadyPod(pod), terminating: false },
        ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
        targetRef: targetOf(pod),
      };
    }),
    ports: portsOf(service, backends),
  };
  const annotations = { [TRIGGER_TIME]: timestampOf(clock.now()) };
  const labelSelector = `${SERVICE_LABEL}=${nameOf(service)},${MANAGED_BY}=${MANAGER}`;
  const [known] = api.list(endpointSlices, { namespace, labelSelector });
  if (known === undefined) {
    const ownerReferences = [controllerReference(service)];
    const metadata = { generateName: `${nameOf(service)}-`, labels, annotations, ownerReferences };
    const slice = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata, ...content };
    await api.create(endpointSlices, namespace, slice, writes);
    return;
  }
  const { addressType, endpoints: knownEndpoints, ports } = known;
  const isSame = isSameJson({ addressType, endpoints: knownEndpoints ?? [], ports: ports ?? [] }, content);
  if (isSame && isSameJson(known.metadata.labels, labels)) return;
  const metadata = {
    ...known.metadata,
    labels,
    annotations: { ...known.metadata.annotations, ...annotations },
  };
  await api.update(endpointSlices, { ...structuredClone(known), ...content, metadata }, writes);
}

async function writeEndpoints(
  { api, clock }: ControllerContext,
  service: Service,
  backends: Pod[],
): Promise<void> {
  const writes = writesOf("endpoint-controller");
  const labels = { ...service.metadata.labels, "endpoints.kubernetes.io/managed-by": "endpoint-controller" };
  const annotations = { [TRIGGER_TIME]: timestampOf(clock.now()) };
  const subsets = subsetsOf(service, backends);
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

function addressOf(pod: Pod): object {
  const { nodeName } = pod.spec;
  return { ip: pod.status?.podIP ?? "", ...(nodeName ? { nodeName } : {}), targetRef: targetOf(pod) };
}

function subsetsOf(service: Service, backends: Pod[]): object[] {
  const isListed = (pod: Pod) => service.spec.publishNotReadyAddresses === true || isReadyPod(pod);
  const addresses = backends.filter(isListed).map(addressOf);
  const notReadyAddresses = backends.filter((pod) => !isListed(pod)).map(addressOf);
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
