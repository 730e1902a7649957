import type { EventResource } from "../../workshop/common/event.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { findEvent } from "../../workshop/node/events.js";
import { ServerError, serverErrorCodes } from "../errors.js";

/** A room that opens the link at once asks the cluster about it once. */
const KNOWN_MS = 1_000;

export interface EventLookup {
  /** The event of that name, as it was within the last second. Throws SERVER_EVENT_NOT_FOUND. */
  find(name: string): Promise<EventResource>;
  /** Looks anew from now on: this server has changed it. */
  forget(name: string): void;
}

/** Finds events in the cluster. */
export function createEventLookup(client: KubernetesClient): EventLookup {
  const known = new Map<string, Promise<EventResource | undefined>>();
  const find = async (name: string) => {
    let found = known.get(name);
    if (found === undefined) {
      found = findEvent(client, name);
      known.set(name, found);
      setTimeout(() => known.delete(name), KNOWN_MS).unref();
    }
    const event = await found;
    if (event !== undefined) return event;
    // Another server may make it in the next moment.
    known.delete(name);
    throw new ServerError(
      serverErrorCodes.eventNotFound,
      "There is no such event here; it may have been deleted. Ask whoever gave you the link.",
    );
  };
  return { find, forget: (name) => void known.delete(name) };
}
