import type { CoreV1Event } from "@kubernetes/client-node";

import { ENGINE_NAMES } from "../common/engine-names.js";
import type { ActivityEntry } from "../common/tmc-api.js";
import { organizationNamespaces } from "./bring-into-force.js";
import { toPolicyError } from "./cluster-client.js";
import type { PolicyContext } from "./context.js";
import { askFleet } from "./fleet/on-cluster.js";
import { isoTime } from "./views.js";

/** The console shows a page of them; clusters keep events for an hour. */
const MAX_ENTRIES = 200;

/** The refusals of an organization's namespaces as their events tell them, newest first. */
export async function listActivity(context: PolicyContext, organization: string): Promise<ActivityEntry[]> {
  const { answers } = await askFleet(context, organization, (each) => listRefusalsOf(each, organization));
  const entries = answers.flatMap(({ context: { place }, answer }) =>
    place ? answer.map((entry) => ({ ...entry, cluster: place.cluster })) : answer,
  );
  return mergeRepeats(entries).toSorted(newestFirst).slice(0, MAX_ENTRIES);
}

async function listRefusalsOf(context: PolicyContext, organization: string): Promise<ActivityEntry[]> {
  const namespaces = await organizationNamespaces(context, organization);
  const lists = await Promise.all(
    namespaces.map(({ metadata }) => listRefusals(context, metadata?.name ?? "")),
  );
  return lists.flat();
}

/** One entry for each refusal: a controller that tries again names another pod each time, so the cluster keeps an event of its own for every try. */
export function mergeRepeats(entries: ActivityEntry[]): ActivityEntry[] {
  const merged = new Map<string, ActivityEntry>();
  for (const entry of entries) {
    const key = JSON.stringify([entry.cluster, entry.namespace, entry.object, entry.message]);
    const known = merged.get(key);
    merged.set(key, known ? mergeTwo(known, entry) : entry);
  }
  return [...merged.values()];
}

function mergeTwo(left: ActivityEntry, right: ActivityEntry): ActivityEntry {
  return {
    ...left,
    count: left.count + right.count,
    firstSeen: left.firstSeen < right.firstSeen ? left.firstSeen : right.firstSeen,
    lastSeen: left.lastSeen > right.lastSeen ? left.lastSeen : right.lastSeen,
  };
}

function newestFirst(left: ActivityEntry, right: ActivityEntry): number {
  return left.lastSeen < right.lastSeen ? 1 : -1;
}

async function listRefusals({ client }: PolicyContext, namespace: string): Promise<ActivityEntry[]> {
  try {
    const { items } = await client.core.listNamespacedEvent({ namespace, fieldSelector: "type=Warning" });
    return items.filter(({ message }) => (message ?? "").includes(`'${ENGINE_NAMES.enforce}'`)).map(toEntry);
  } catch (error) {
    throw toPolicyError(error);
  }
}

function toEntry(event: CoreV1Event): ActivityEntry {
  const { involvedObject, metadata, message = "", series } = event;
  const marker = " denied request: ";
  const at = message.lastIndexOf(marker);
  const denial = at < 0 ? message : message.slice(at + marker.length);
  const first =
    isoTime(event.firstTimestamp) || isoTime(event.eventTime) || isoTime(metadata.creationTimestamp);
  const last = isoTime(series?.lastObservedTime) || isoTime(event.lastTimestamp) || first;
  return {
    namespace: metadata.namespace ?? "",
    object: `${(involvedObject.kind ?? "").toLowerCase()}/${involvedObject.name ?? ""}`,
    message: denial,
    policies: [...new Set([...denial.matchAll(/(?:^|; )\[([a-z0-9-]+)\]/g)].map((match) => match[1] ?? ""))],
    count: series?.count ?? event.count ?? 1,
    firstSeen: first,
    lastSeen: last,
  };
}
