import type { Logger } from "pino";
import type { EventResource } from "../../workshop/common/event.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { Leadership } from "../../kubernetes/node/leader-election.js";
import { deleteEvent, listEvents } from "../../workshop/node/events.js";
import type { PeopleStore } from "../../workshop/node/people-store.js";
import { uidOf } from "../../workshop/common/event.js";

const EVERY_MS = 3_600_000;
const DAY_MS = 24 * EVERY_MS;

export interface SweepParts {
  client: KubernetesClient;
  people: Pick<PeopleStore, "events" | "removeEvent">;
  /** How long results are kept after their event is over. */
  keptDays: number;
  leadership: Pick<Leadership, "isLeader">;
  log: Pick<Logger, "warn">;
}

/**
 * Removes events whose results have been kept long enough, and the people of events that were deleted in the cluster itself, now and every
 * hour until the returned function is called.
 */
export function sweepPeople(parts: SweepParts): () => void {
  const sweep = () => {
    if (!parts.leadership.isLeader) return;
    removeOldEvents(parts, Date.now()).catch((error: unknown) =>
      parts.log.warn({ err: error }, "events that are long over could not be removed; it is tried again"),
    );
  };
  const timer = setInterval(sweep, EVERY_MS).unref();
  sweep();
  return () => clearInterval(timer);
}

/**
 * Removes what is too old at that time, and people of events that are gone: of those the store knew before the cluster was asked, for one
 * that is made meanwhile is not gone.
 */
export async function removeOldEvents(
  { client, people, keptDays }: Pick<SweepParts, "client" | "people" | "keptDays">,
  now: number,
): Promise<void> {
  const known = await people.events();
  const events = await listEvents(client);
  const isOld = ({ spec }: EventResource) => Date.parse(spec.until) + keptDays * DAY_MS < now;
  for (const event of events.filter(isOld)) await deleteEvent(client, event);
  const kept = new Set(events.filter((event) => !isOld(event)).map(uidOf));
  for (const event of known) if (!kept.has(event)) await people.removeEvent(event);
}
