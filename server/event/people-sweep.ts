import type { Logger } from "pino";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import type { Leadership } from "../../kubernetes/node/leader-election.js";
import { listEvents } from "../../workshop/node/events.js";
import type { PeopleStore } from "../../workshop/node/people-store.js";
import { uidOf } from "./events.js";

const EVERY_MS = 3_600_000;

export interface SweepParts {
  client: KubernetesClient;
  people: Pick<PeopleStore, "events" | "removeEvent">;
  leadership: Pick<Leadership, "isLeader">;
  log: Pick<Logger, "warn">;
}

/** Removes the people of events that were deleted in the cluster itself, now and every hour until the returned function is called. */
export function sweepPeople(parts: SweepParts): () => void {
  const sweep = () => {
    if (!parts.leadership.isLeader) return;
    removePeopleOfGoneEvents(parts).catch((error: unknown) =>
      parts.log.warn(
        { err: error },
        "people of events that are gone could not be removed; it is tried again",
      ),
    );
  };
  const timer = setInterval(sweep, EVERY_MS).unref();
  sweep();
  return () => clearInterval(timer);
}

/** Of those the store knew before the cluster was asked: an event that is made meanwhile is not gone. */
export async function removePeopleOfGoneEvents({ client, people }: SweepParts): Promise<void> {
  const known = await people.events();
  if (known.length === 0) return;
  const there = new Set((await listEvents(client)).map(uidOf));
  for (const event of known) if (!there.has(event)) await people.removeEvent(event);
}
