import { type EventResource, asksFeedback, uidOf } from "../../workshop/common/event.js";
import type { Feedback } from "../../workshop/common/feedback.js";
import { eventResults } from "../../workshop/common/event-results.js";
import { type OwnResults, ownResults } from "../../workshop/common/own-results.js";
import type { Person } from "../../workshop/node/people-store.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { type EventParts, titleOf } from "./events.js";

/** See `Attendance.ownResults`. */
export async function resultsOfVisitor(
  parts: Pick<EventParts, "people" | "workshop" | "labs" | "feedback">,
  event: EventResource,
  visitor: string,
): Promise<OwnResults> {
  const { people, labs } = parts;
  const { lab, from, until } = event.spec;
  const you = await whoCame(people, event, visitor);
  // One that is still being read, or was taken away, has steps that nobody knows of here.
  const known = labs.get(lab);
  const [outcomes, title] = await Promise.all([
    you === undefined ? [] : people.outcomesOf(you.id),
    titleOf(parts, lab),
  ]);
  const asks = parts.feedback && asksFeedback(event.spec);
  const results = eventResults({
    event: event.metadata.name,
    lab,
    title,
    from,
    until,
    pages: known?.pages ?? [],
    people: you === undefined ? [] : [you],
    outcomes,
    asksFeedback: asks,
  });
  const own = ownResults(results, {
    person: you?.id ?? "",
    isWhole: known !== undefined,
    asksFeedback: asks,
  });
  if (own !== undefined) return own;
  throw nobodyHere();
}

/** See `Attendance.say`. */
export async function sayOfEvent(
  { people, feedback: isAsked }: Pick<EventParts, "people" | "feedback">,
  event: EventResource,
  { visitor, ...feedback }: Feedback & { visitor: string },
): Promise<void> {
  if (!isAsked || !asksFeedback(event.spec))
    throw new ServerError(
      serverErrorCodes.notFound,
      "People of this event are not asked how it was. Tell whoever gave you its link.",
    );
  const you = await whoCame(people, event, visitor);
  if (you === undefined || !(await people.setFeedback(you.id, feedback))) throw nobodyHere();
}

/** Not who waits for a seat, or has moved up to one and not come. */
async function whoCame(
  people: EventParts["people"],
  event: EventResource,
  visitor: string,
): Promise<Person | undefined> {
  const you = await people.ofVisitor(uidOf(event), visitor);
  return you?.joinedAt === undefined || you.keptUntil !== undefined ? undefined : you;
}

function nobodyHere(): ServerError {
  return new ServerError(
    serverErrorCodes.notFound,
    "Nobody has taken part in this event by this browser, or who did was removed from it. Open the page in the browser in which you took part.",
  );
}
