import type { EventStaff } from "../common/event-staff.js";
import { EVENT_API_VERSION, type EventResource, type EventSpec, isEventName } from "../common/event.js";
import { type KubernetesClient, KubernetesError } from "../../kubernetes/node/kubernetes-client.js";
import { EVENTS_PATH } from "./event-definition.js";

/** Makes an event; nothing where there is one of that name. */
export async function createEvent(
  client: KubernetesClient,
  name: string,
  spec: EventSpec,
): Promise<EventResource | undefined> {
  const event: EventResource = { apiVersion: EVENT_API_VERSION, kind: "Event", metadata: { name }, spec };
  return unlessStatus(409, client.create<EventResource>(EVENTS_PATH, event));
}

/** The event of that name; nothing where there is none. */
export async function findEvent(client: KubernetesClient, name: string): Promise<EventResource | undefined> {
  if (!isEventName(name)) return undefined;
  return unlessStatus(404, client.get<EventResource>(`${EVENTS_PATH}/${name}`));
}

/** All events of the cluster, the one that begins first in front. */
export async function listEvents(client: KubernetesClient): Promise<EventResource[]> {
  const { items } = await client.get<{ items: EventResource[] }>(EVENTS_PATH);
  return items.toSorted((one, other) => Date.parse(one.spec.from) - Date.parse(other.spec.from));
}

/**
 * Says who looks after the event from now on, all of it; what is absent is nobody. Throws KubernetesError, 404 where it is gone, and 409 where it
 * has to be as it was read and is not.
 */
export function changeEventStaff(
  client: KubernetesClient,
  { metadata: { name, uid, resourceVersion } }: EventResource,
  { owner, instructors, helpers }: EventStaff,
  { isUnchanged = false }: { isUnchanged?: boolean } = {},
): Promise<EventResource> {
  // A merge takes away what is null.
  const spec = { owner: owner ?? null, instructors: instructors ?? null, helpers: helpers ?? null };
  return client.merge<EventResource>(`${EVENTS_PATH}/${name}`, {
    metadata: { uid, ...(isUnchanged && { resourceVersion }) },
    spec,
  });
}

/** Says how many seats the event has from now on. Throws KubernetesError, 404 where it is gone. */
export function changeEventSeats(
  client: KubernetesClient,
  { metadata: { name, uid } }: EventResource,
  seats: number,
): Promise<EventResource> {
  return client.merge<EventResource>(`${EVENTS_PATH}/${name}`, { metadata: { uid }, spec: { seats } });
}

/** Deletes the event under this uid, and with it its sessions; true where it was there. */
export function deleteEvent(client: KubernetesClient, { metadata }: EventResource): Promise<boolean> {
  return client.remove(`${EVENTS_PATH}/${metadata.name}`, metadata.uid);
}

async function unlessStatus<T>(status: number, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof KubernetesError && error.status === status) return undefined;
    throw error;
  }
}
