import { isIPv6 } from "node:net";
import type { ApiObject } from "../api/object.js";
import { recordAt } from "../api/field-access.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, locationOfObject, nameOf, namespaceOf } from "./object-keys.js";
import { controllerReference } from "./owner-references.js";
import { isNotFound } from "./pod-control.js";
import { endpoints, endpointSlices, services } from "./resource-refs.js";

const NAME = "endpointslicemirroring-controller";
const WRITES = writesOf(NAME);
const MANAGER = `${NAME}.k8s.io`;
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const SERVICE_LABEL = "kubernetes.io/service-name";
const SKIP_LABEL = "endpointslice.kubernetes.io/skip-mirror";
const LEADER = "control-plane.alpha.kubernetes.io/leader";
const NOT_COPIED = [
  "endpoints.kubernetes.io/last-change-trigger-time",
  "kubectl.kubernetes.io/last-applied-configuration",
];
/** Addresses of one part of an Endpoints object that are mirrored, as in a real controller. */
const MAX_ADDRESSES = 1000;

interface Address {
  ip: string;
  hostname?: string;
  nodeName?: string;
  targetRef?: object;
}

interface Subset {
  addresses?: Address[];
  notReadyAddresses?: Address[];
  ports?: { name?: string; port: number; protocol?: string; appProtocol?: string }[];
}

/** What a slice says besides its metadata. */
interface Content {
  addressType: "IPv4" | "IPv6";
  endpoints: object[];
  ports: object[];
}

/**
 * Copies the endpoints that somebody writes for a service without a selector into slices, where whoever asks for the addresses of a
 * service looks. Source: kubernetes/kubernetes, pkg/controller/endpointslicemirroring.
 */
export function createEndpointsMirrorController(context: ControllerContext): Controller {
  const { api } = context;
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(endpoints, ({ object }) => queue.add(keyOf(object))),
      api.watch(services, ({ object }) => queue.add(keyOf(object))),
      // One that somebody took away comes back.
      api.watch(endpointSlices, ({ type, object }) => {
        if (type === "DELETED") for (const key of mirroredKeys(object)) queue.add(key);
      }),
    ],
    reconcile: async (key) => {
      const written = api.find(endpoints, locationOfKey(key));
      const service = api.find(services, locationOfKey(key));
      const isMirrored = written !== undefined && isWrittenByHand(written) && isWithoutSelector(service);
      const missing = isMirrored ? contentsOf(written) : [];
      for (const slice of api.index(endpointSlices, mirroredKeys).get(key)) {
        const at = missing.findIndex((content) => hasPlace(slice, content));
        if (written === undefined || at < 0) await remove(context, slice);
        else await update(context, slice, written, ...missing.splice(at, 1));
      }
      for (const content of missing) if (written !== undefined) await create(context, written, content);
    },
  };
}

function mirroredKeys(slice: ApiObject): string[] {
  const { labels = {} } = slice.metadata;
  return labels[MANAGED_BY] === MANAGER ? [`${namespaceOf(slice)}/${labels[SERVICE_LABEL] ?? ""}`] : [];
}

function isWrittenByHand({ metadata: { labels, annotations, deletionTimestamp } }: ApiObject): boolean {
  return labels?.[SKIP_LABEL] !== "true" && annotations?.[LEADER] === undefined && !deletionTimestamp;
}

function isWithoutSelector(service: ApiObject | undefined): boolean {
  return service !== undefined && Object.keys(recordAt(service, "spec.selector") ?? {}).length === 0;
}

/** One of each kind of address and set of ports. */
function contentsOf(written: ApiObject): Content[] {
  const contents = new Map<string, Content>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of (written["subsets"] ??
    []) as Subset[]) {
    const found = [
      ...addresses.map((address) => ({ address, ready: true })),
      ...notReadyAddresses.map((address) => ({ address, ready: false })),
    ].slice(0, MAX_ADDRESSES);
    for (const { address, ready } of found) {
      const addressType = isIPv6(address.ip) ? "IPv6" : "IPv4";
      const key = JSON.stringify([addressType, ports]);
      const content = contents.get(key) ?? { addressType, endpoints: [], ports: ports.map(portOf) };
      content.endpoints.push(endpointOf(address, ready));
      contents.set(key, content);
    }
  }
  return [...contents.values()];
}

function portOf({
  name = "",
  port,
  protocol = "TCP",
  appProtocol,
}: NonNullable<Subset["ports"]>[number]): object {
  return { name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) };
}

function endpointOf({ ip, ...known }: Address, ready: boolean): object {
  return { addresses: [ip], conditions: { ready }, ...known };
}

function hasPlace(slice: ApiObject, { addressType, ports }: Content): boolean {
  return slice["addressType"] === addressType && isSameJson(slice["ports"] ?? [], ports);
}

function metadataOf(written: ApiObject): {
  labels: Record<string, string>;
  annotations: Record<string, string>;
} {
  const { labels, annotations } = written.metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !NOT_COPIED.includes(name));
  return {
    labels: { ...labels, [SERVICE_LABEL]: nameOf(written), [MANAGED_BY]: MANAGER },
    annotations: Object.fromEntries(kept),
  };
}

async function create({ api }: ControllerContext, written: ApiObject, content: Content): Promise<void> {
  const metadata = {
    generateName: `${nameOf(written)}-`,
    ...metadataOf(written),
    ownerReferences: [controllerReference(written)],
  };
  const slice = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata, ...content };
  await api.create(endpointSlices, namespaceOf(written), slice, WRITES);
}

async function update(
  { api }: ControllerContext,
  slice: ApiObject,
  written: ApiObject,
  content?: Content,
): Promise<void> {
  const { labels, annotations = {} } = slice.metadata;
  const wanted = metadataOf(written);
  const isSame = isSameJson(
    [slice["endpoints"] ?? [], { labels, annotations }],
    [content?.endpoints, wanted],
  );
  if (isSame) return;
  const metadata = { ...slice.metadata, ...wanted };
  await api.update(endpointSlices, { ...structuredClone(slice), ...content, metadata }, WRITES);
}

async function remove({ api }: ControllerContext, slice: ApiObject): Promise<void> {
  try {
    await api.delete(endpointSlices, locationOfObject(slice), WRITES);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
