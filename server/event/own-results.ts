import type { EventResource } from "../../workshop/common/event.js";
import { eventResults } from "../../workshop/common/event-results.js";
import { type OwnResults, ownResults } from "../../workshop/common/own-results.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { type EventParts, titleOf, uidOf } from "./events.js";

/** See `Attendance.ownResults`. */
export async function resultsOfVisitor(
  parts: Pick<EventParts, "people" | "workshop" | "labs">,
  event: EventResource,
  visitor: string,
): Promise<OwnResults> {
  const { people, labs } = parts;
  const { lab, from, until } = event.spec;
  const you = await people.ofVisitor(uidOf(event), visitor);
  // One that is still being read, or was taken away, has steps that nobody knows of here.
  const known = labs.get(lab);
  const [outcomes, title] = await Promise.all([
    you === undefined ? [] : people.outcomesOf(you.id),
    titleOf(parts, lab),
  ]);
  const results = eventResults({
    event: event.metadata.name,
    lab,
    title,
    from,
    until,
    pages: known?.pages ?? [],
    people: you === undefined ? [] : [you],
    outcomes,
  });
  const own = ownResults(results, { person: you?.id ?? "", isWhole: known !== undefined });
  if (own !== undefined) return own;
  throw new ServerError(
    serverErrorCodes.notFound,
    "Nobody has taken part in this event by this browser, or who did was removed from it. Open the page in the browser in which you took part.",
  );
}
