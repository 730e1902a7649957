import { queryOptions } from "@tanstack/react-query";
import { eventApi } from "../api/event-api.js";

/** Under which what somebody came to in an event is kept in the page. */
export function ownResultsKey(event: string): readonly string[] {
  return ["own-results", event];
}

/** What whoever has come in by this browser came to in the event. */
export function ownResultsQuery(event: string) {
  return queryOptions({
    queryKey: ownResultsKey(event),
    queryFn: ({ signal }) => eventApi.ownResults(event, signal),
  });
}
