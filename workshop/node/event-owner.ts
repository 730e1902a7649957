import { EVENT_API_VERSION, EVENT_LABEL } from "../common/event.js";
import type { OwnerReference } from "../common/session.js";

/** The event that a session belongs to. */
export interface EventOwner {
  name: string;
  uid: string;
}

/** What a session's metadata says of its event: it goes when the event is deleted. */
export function ownedBy(event: EventOwner | undefined): {
  labels?: Record<string, string>;
  ownerReferences?: OwnerReference[];
} {
  if (event === undefined) return {};
  const { name, uid } = event;
  return {
    labels: { [EVENT_LABEL]: name },
    ownerReferences: [{ apiVersion: EVENT_API_VERSION, kind: "Event", name, uid }],
  };
}
