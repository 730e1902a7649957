import { randomUUID } from "node:crypto";
import type { SessionView } from "../../workshop/common/api.js";
import {
  type EventResource,
  MAX_WAITING,
  eventPhase,
  sessionMinutes,
  uidOf,
} from "../../workshop/common/event.js";
import type { EventView } from "../../workshop/common/event-api.js";
import { personName, personNameProblem } from "../../workshop/common/person-name.js";
import { isOver } from "../../workshop/common/session.js";
import type { Newcomer, Person } from "../../workshop/node/people-store.js";
import type { OwnResults } from "../../workshop/common/own-results.js";
import { Turns } from "../../workshop/node/turns.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { type CounterFactory, type RateLimit, createRateLimit } from "../http/rate-limit.js";
import type { SessionQuota } from "../http/session-quota.js";
import type { EventParts } from "./events.js";
import { resultsOfVisitor, sayOfEvent } from "./own-results.js";
import type { Feedback } from "../../workshop/common/feedback.js";
import type { PersonNames } from "./person-names.js";
import { leaveWaitingList, placesOf, seatedPeople, takenOf, waitingOf } from "./waiting-list.js";

export interface AttendanceParts extends EventParts {
  quota: Pick<SessionQuota, "takeForInstructor">;
  names: PersonNames;
  counter?: CounterFactory | undefined;
}

/** Who comes to an event: by a name typed in, or one chosen from its list. */
export type Arrival = { name: string } | { person: string };

/** How people come to the sessions of an event. */
export interface Attendance {
  /** As somebody sees it who has not given its code. */
  outside(event: EventResource): Promise<EventView>;
  /** As the browser sees it that goes by this name. */
  view(event: EventResource, visitor: string): Promise<EventView>;
  /**
   * The session of whoever arrives in this browser: the one there is, or a new one; nothing where they wait for a seat. Throws SERVER_EVENT_CLOSED, SERVER_EVENT_FULL,
   * SERVER_NAME_UNUSABLE, SERVER_TOO_MANY_SESSIONS, SERVER_TOO_MANY_REQUESTS, and what making a session throws.
   */
  join(event: EventResource, visitor: string, arrival: Arrival): Promise<SessionView | undefined>;
  /** Who waits in this browser does no more; nothing where they have a seat. */
  leave(event: EventResource, visitor: string): Promise<void>;
  /** What whoever has come by this browser came to, also when their sessions have ended. Throws SERVER_NOT_FOUND where nobody has. */
  ownResults(event: EventResource, visitor: string): Promise<OwnResults>;
  /** Keeps what whoever has come by this browser says of the event. Throws SERVER_NOT_FOUND where nobody has, or is asked, SERVER_TOO_MANY_REQUESTS. */
  say(event: EventResource, visitor: string, feedback: Feedback): Promise<void>;
}

export function createAttendance(parts: AttendanceParts): Attendance {
  const turns = new Turns();
  const again = createRateLimit({
    what: "new sessions",
    from: "of one person",
    burst: 5,
    perMinute: 2,
    ...(parts.counter && { counter: parts.counter }),
  });
  // Whoever thinks again says it again; nobody does so all day.
  const saying = createRateLimit({
    what: "answers to how it was",
    from: "of one person",
    burst: 10,
    perMinute: 10,
    ...(parts.counter && { counter: parts.counter }),
  });
  return {
    outside: async (event) => {
      const people = await seatedPeople(parts.people, event);
      return { ...viewOf(event, people, await summaryOf(parts, event.spec.lab)), needsCode: true };
    },
    view: async (event, visitor) => {
      const people = await seatedPeople(parts.people, event);
      const you = await parts.people.ofVisitor(uidOf(event), visitor);
      const listed = people.filter(({ isListed }) => isListed);
      return {
        ...viewOf(event, people, await summaryOf(parts, event.spec.lab)),
        ...(listed.length === 0
          ? {}
          : {
              people: listed.map(({ id, name, joinedAt }) => ({ id, name, isHere: joinedAt !== undefined })),
            }),
        ...(you === undefined ? {} : { you: whoIs(you, people) }),
      };
    },
    join: async (event, visitor, arrival) => {
      const before = await parts.people.ofVisitor(uidOf(event), visitor);
      // Who is in the middle of it goes on, also where the event is over by now.
      const current = before && isSame(before, arrival) ? await live(parts, before.session) : undefined;
      if (current !== undefined) return current;
      requireOpen(event);
      const person = await seat(parts, event, { visitor, arrival, before });
      if (person.joinedAt === undefined) return undefined;
      // Two pages of one person get one session.
      return turns.take(person.id, () => sessionOf({ ...parts, again }, event, person.id));
    },
    leave: (event, visitor) => leaveWaitingList(parts.people, event, visitor),
    ownResults: (event, visitor) => resultsOfVisitor(parts, event, visitor),
    say: async (event, visitor, feedback) => {
      await saying.take(`${uidOf(event)} ${visitor}`);
      await sayOfEvent(parts, event, { ...feedback, visitor });
    },
  };
}

type Described = Pick<EventView, "title" | "description">;

async function summaryOf({ workshop }: Pick<EventParts, "workshop">, lab: string): Promise<Described> {
  const { title = lab, description } = (await workshop.labs()).find(({ name }) => name === lab) ?? {};
  return { title, ...(description === undefined ? {} : { description }) };
}

function viewOf({ metadata, spec }: EventResource, people: readonly Person[], about: Described): EventView {
  const { lab, from, until, seats } = spec;
  const phase = eventPhase(spec, Date.now());
  const [seatsTaken, waiting] = [takenOf(people), waitingOf(people).length];
  return {
    name: metadata.name,
    lab,
    ...about,
    from,
    until,
    phase,
    seats,
    seatsTaken,
    waiting,
    needsCode: false,
  };
}

function whoIs({ id, name, keptUntil }: Person, people: readonly Person[]): NonNullable<EventView["you"]> {
  const place = placesOf(people).get(id);
  return { id, name, ...(place !== undefined && { place }), ...(keptUntil !== undefined && { keptUntil }) };
}

/** Who types a name in a browser that somebody has come in by is that one again. */
function isSame({ id }: Person, arrival: Arrival): boolean {
  return "name" in arrival || arrival.person === id;
}

function requireOpen({ spec }: EventResource): void {
  const phase = eventPhase(spec, Date.now());
  if (phase === "open") return;
  throw new ServerError(
    serverErrorCodes.eventClosed,
    phase === "early"
      ? "The event has not begun yet. This page lets you in when it begins."
      : "The event is over. Ask whoever gave you the link whether there is another one.",
  );
}

async function seat(
  { people }: AttendanceParts,
  event: EventResource,
  { visitor, arrival, before }: { visitor: string; arrival: Arrival; before: Person | undefined },
): Promise<Person> {
  // A session takes a moment to be made; nobody else gets a kept seat meanwhile.
  if (before?.joinedAt !== undefined && isSame(before, arrival) && (await hasSeat(people, before)))
    return before;
  const uid = uidOf(event);
  const newcomer = await newcomerOf(people, uid, arrival);
  const { seats } = event.spec;
  const person = await people.seat({ event: uid, seats, mayWait: MAX_WAITING, visitor }, newcomer);
  if (person !== undefined) return person;
  throw new ServerError(
    serverErrorCodes.eventFull,
    before?.joinedAt === undefined
      ? `All ${String(seats)} seats are taken, and ${String(MAX_WAITING)} people wait for one already, as many as may. Tell whoever gave you the link.`
      : `All ${String(seats)} seats are taken, and whoever came in by this browser has one of them. Open the link in another browser to wait for a seat.`,
  );
}

async function hasSeat(people: AttendanceParts["people"], { id, keptUntil }: Person): Promise<boolean> {
  return keptUntil === undefined || people.holdSeat(id);
}

async function newcomerOf(
  people: AttendanceParts["people"],
  event: string,
  arrival: Arrival,
): Promise<Newcomer> {
  const listed = (await people.people(event)).filter(({ isListed }) => isListed);
  if ("person" in arrival) {
    if (listed.some(({ id }) => id === arrival.person)) return arrival;
    throw unusable("That name is not on the list of this event any more. Choose yours again.");
  }
  if (listed.length > 0) throw unusable("This event has a list of names. Choose yours from it.");
  const name = personName(arrival.name);
  const problem = personNameProblem(name);
  if (problem !== undefined) throw unusable(problem);
  return { id: randomUUID(), name };
}

function unusable(message: string): ServerError {
  return new ServerError(serverErrorCodes.nameUnusable, message);
}

/** The person's session where it goes on, else a new one. */
async function sessionOf(
  parts: AttendanceParts & { again: RateLimit },
  event: EventResource,
  id: string,
): Promise<SessionView> {
  const { people, workshop, names, again } = parts;
  const person = await people.person(id);
  const before = person?.session;
  const current = await live(parts, before);
  if (current !== undefined) return current;
  const giveBack = await parts.quota.takeForInstructor(1, workshop.liveSessions());
  const { lab } = event.spec;
  const asked = {
    lab,
    startedBy: "learner",
    minutes: sessionMinutes(event.spec, Date.now()),
    event: { name: event.metadata.name, uid: uidOf(event) },
  } as const;
  // Who ends their session over and over would have a namespace made each time; who finds no room yet has had none.
  const made = await again
    .take(id)
    .then(() => workshop.createSession(asked))
    .finally(giveBack);
  const isNoted = await people.setSession(id, made.id, before).catch(async (error: unknown) => {
    // Nobody would ever come to it, and it would hold a place until its time is over.
    await workshop.endSession(made.id).catch(() => undefined);
    throw error;
  });
  if (isNoted) {
    names.know(made.id, person?.name ?? "");
    return made;
  }
  // Another server has made one meanwhile, or an instructor has removed the person.
  await workshop.endSession(made.id);
  const theirs = (await people.person(id))?.session;
  const other = await live(parts, theirs);
  if (other !== undefined) return other;
  throw new ServerError(serverErrorCodes.notFound, "You were removed from the event. Open its link again.");
}

async function live(
  { workshop }: AttendanceParts,
  session: string | undefined,
): Promise<SessionView | undefined> {
  if (session === undefined) return undefined;
  await workshop.lookUp(session);
  const view = workshop.find(session);
  return view === undefined || isOver(view.phase) ? undefined : view;
}
