import type { ApiObject } from "../api/object.js";
import { textAt } from "../api/field-access.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesAs } from "./controller-user.js";
import { keyOf, locationOfKey, locationOfObject } from "./object-keys.js";
import { isNotFound } from "./pod-control.js";
import { events } from "./resource-refs.js";

/** How long events are kept after they last happened: the default of a real API server. */
const EVENT_TTL_MS = 3_600_000;

/** Deletes events an hour after they last happened. */
export function createEventExpiryController({ api, clock }: ControllerContext): Controller {
  const writes = writesAs("system:apiserver", "system:masters");
  const remainingMs = (event: ApiObject) => lastHappenedMs(event) + EVENT_TTL_MS - clock.now().getTime();
  return {
    name: "event-expiry",
    watch: (queue) => [
      api.watch(events, ({ type, object }) => {
        if (type !== "DELETED") queue.addAfter(keyOf(object), Math.max(0, remainingMs(object)));
      }),
    ],
    reconcile: async (key, queue) => {
      const event = api.find(events, locationOfKey(key));
      if (event === undefined) return;
      const remaining = remainingMs(event);
      if (remaining > 0) return queue.addAfter(key, remaining);
      try {
        await api.delete(events, locationOfObject(event), writes);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
  };
}

function lastHappenedMs(event: ApiObject): number {
  const times = ["lastTimestamp", "eventTime", "series.lastObservedTime", "metadata.creationTimestamp"];
  return Math.max(0, ...times.map((path) => Date.parse(textAt(event, path)) || 0));
}
