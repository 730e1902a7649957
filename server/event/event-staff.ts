import type { Role } from "../../workshop/common/account-api.js";
import type { EventResource } from "../../workshop/common/event.js";
import { type EventStaff, roleInEvent } from "../../workshop/common/event-staff.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { watchCollection } from "../../kubernetes/node/collection-watch.js";
import { EVENTS_PATH } from "../../workshop/node/event-definition.js";
import { listEvents } from "../../workshop/node/events.js";

/** Who looks after which event, as the cluster has it; asked for every request, so that it is kept in memory. */
export interface KnownEventStaff {
  /** What somebody of that name may do in the event at most; a learner's where no event of that name is known. */
  roleIn(event: string, staffName: string): Role;
  /** Takes in an event that this server has made, changed or just read. */
  know(event: EventResource): void;
  /** Told whenever somebody may more or less than before. */
  onChange(listener: () => void): () => void;
  close(): void;
}

interface Known extends EventStaff {
  uid: string | undefined;
  generation: number;
}

/** Reads all events, and follows them until it is closed. Throws KubernetesError where they cannot be read at first. */
export async function openEventStaff(
  client: KubernetesClient,
  onError: (error: unknown) => void,
): Promise<KnownEventStaff> {
  const events = new Map<string, Known>();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const take = ({ metadata: { name, uid, generation = 0 }, spec }: EventResource) => {
    const before = events.get(name);
    // What was read a moment ago may be older than what the watch has told since.
    if (before !== undefined && before.uid === uid && before.generation >= generation) return;
    const { owner, instructors, helpers } = spec;
    events.set(name, {
      uid,
      generation,
      ...(owner === undefined ? {} : { owner }),
      ...(instructors === undefined ? {} : { instructors }),
      ...(helpers === undefined ? {} : { helpers }),
    });
    tell();
  };
  // Of two events of one name that followed each other only the watch knows which is the later.
  const know = (event: EventResource) => {
    const before = events.get(event.metadata.name);
    if (before === undefined || before.uid === event.metadata.uid) take(event);
  };
  const forget = ({ metadata: { name, uid } }: EventResource) => {
    if (events.get(name)?.uid === uid && events.delete(name)) tell();
  };
  for (const event of await listEvents(client)) take(event);
  const end = new AbortController();
  const onItem = (type: string, event: EventResource) => (type === "DELETED" ? forget(event) : take(event));
  watchCollection<EventResource>(client, EVENTS_PATH, { onItem, onError }, end.signal).catch(onError);
  return {
    roleIn: (event, staffName) => {
      const staff = events.get(event);
      return staff === undefined ? "learner" : roleInEvent(staff, staffName);
    },
    know,
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => end.abort(),
  };
}
