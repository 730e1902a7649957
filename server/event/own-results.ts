import { type EventResource, asksFeedback } from "../../workshop/common/event.js";
import type { Feedback } from "../../workshop/common/feedback.js";
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
    asksFeedback: asksFeedback(event.spec),
  });
  const own = ownResults(results, {
    person: you?.id ?? "",
    isWhole: known !== undefined,
    asksFeedback: asksFeedback(event.spec),
  });
  if (own !== undefined) return own;
  throw nobodyHere();
}

/** See `Attendance.say`. */
export async function sayOfEvent(
  { people }: Pick<EventParts, "people">,
  event: EventResource,
  { visitor, ...feedback }: Feedback & { visitor: string },
): Promise<void> {
  if (!asksFeedback(event.spec))
    throw new ServerError(
      serverErrorCodes.notFound,
      "People of this event are not asked how it was. Tell whoever gave you its link.",
    );
  const you = await people.ofVisitor(uidOf(event), visitor);
  if (you === undefined || !(await people.setFeedback(you.id, feedback))) throw nobodyHere();
}

function nobodyHere(): ServerError {
  return new ServerError(
    serverErrorCodes.notFound,
    "Nobody has taken part in this event by this browser, or who did was removed from it. Open the page in the browser in which you took part.",
  );
}
