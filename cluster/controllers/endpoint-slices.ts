import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import { writesOf } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { locationOfObject, nameOf, namespaceOf } from "./object-keys.js";
import type { Service } from "./object-kinds.js";
import { controllerReference } from "./owner-references.js";
import { isNotFound } from "./pod-control.js";
import { endpointSlices } from "./resource-refs.js";

const WRITES = writesOf("endpointslice-controller");
const SERVICE_LABEL = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslice-controller.k8s.io";
/** As a real controller fills them, so that a change of one pod writes at most this much anew. */
const MAX_ENDPOINTS = 100;

/** One address behind a service, as an EndpointSlice names it. */
export interface Endpoint {
  addresses: string[];
  [field: string]: unknown;
}

export interface SlicesContent {
  endpoints: Endpoint[];
  ports: object[];
  annotations: Record<string, string>;
}

interface Slice extends ApiObject {
  addressType: string;
  endpoints?: Endpoint[] | null;
  ports?: object[] | null;
}

/** Brings the slices of a service to these endpoints; a slice nothing changed in is not written. */
export async function writeSlices(api: ApiService, service: Service, content: SlicesContent): Promise<void> {
  const known = slicesOf(api, service);
  const shares = shareOut(known, content.endpoints);
  for (const [at, endpoints] of shares.entries()) {
    const slice = known[at];
    if (slice === undefined) await create(api, service, { ...content, endpoints });
    else if (endpoints.length === 0 && at > 0) await remove(api, slice);
    else await update(api, service, slice, { ...content, endpoints });
  }
}

/** The endpoints of each slice, those that have one staying where they are; new ones go where there is room. */
function shareOut(known: Slice[], endpoints: Endpoint[]): Endpoint[][] {
  const left = new Map(endpoints.map((endpoint) => [endpoint.addresses[0] ?? "", endpoint]));
  const shares = known.map((slice) =>
    (slice.endpoints ?? []).flatMap(({ addresses: [address = ""] }) => {
      const endpoint = left.get(address);
      left.delete(address);
      return endpoint ?? [];
    }),
  );
  const fresh = [...left.values()];
  for (const share of shares) share.push(...fresh.splice(0, Math.max(0, MAX_ENDPOINTS - share.length)));
  while (fresh.length > 0 || shares.length === 0) shares.push(fresh.splice(0, MAX_ENDPOINTS));
  return shares;
}

function slicesOf(api: ApiService, service: Service): Slice[] {
  const slices = api.index(endpointSlices, serviceKeys).get(`${namespaceOf(service)}/${nameOf(service)}`);
  return slices.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) as Slice[];
}

function serviceKeys(slice: ApiObject): string[] {
  const { labels = {} } = slice.metadata;
  if (labels[MANAGED_BY] !== MANAGER) return [];
  return [`${namespaceOf(slice)}/${labels[SERVICE_LABEL] ?? ""}`];
}

function labelsOf(service: Service): Record<string, string> {
  return { ...service.metadata.labels, [MANAGED_BY]: MANAGER, [SERVICE_LABEL]: nameOf(service) };
}

async function create(
  api: ApiService,
  service: Service,
  { endpoints, ports, annotations }: SlicesContent,
): Promise<void> {
  const metadata = {
    generateName: `${nameOf(service)}-`,
    labels: labelsOf(service),
    annotations,
    ownerReferences: [controllerReference(service)],
  };
  const content = { addressType: "IPv4", endpoints, ports };
  const slice = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata, ...content };
  await api.create(endpointSlices, namespaceOf(service), slice, WRITES);
}

async function update(
  api: ApiService,
  service: Service,
  slice: Slice,
  { endpoints, ports, annotations }: SlicesContent,
): Promise<void> {
  const labels = labelsOf(service);
  const isSame =
    isSameJson([slice.endpoints ?? [], slice.ports ?? []], [endpoints, ports]) &&
    isSameJson(slice.metadata.labels, labels);
  if (isSame) return;
  const metadata = {
    ...slice.metadata,
    labels,
    annotations: { ...slice.metadata.annotations, ...annotations },
  };
  await api.update(endpointSlices, { ...structuredClone(slice), endpoints, ports, metadata }, WRITES);
}

async function remove(api: ApiService, slice: Slice): Promise<void> {
  try {
    await api.delete(endpointSlices, locationOfObject(slice), WRITES);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
