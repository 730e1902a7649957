import { randomInt, randomUUID } from "node:crypto";
import {
  EVENT_LABEL,
  type EventResource,
  type EventSpec,
  asksFeedback,
  eventPhase,
  isEventName,
  uidOf,
} from "../../workshop/common/event.js";
import type { EventDetail, EventRow, NewEvent } from "../../workshop/common/event-api.js";
import { WORKSHOP_ERRORS, WorkshopError } from "../../workshop/common/errors.js";
import { type EventResults, eventResults } from "../../workshop/common/event-results.js";
import type { Lab } from "../../workshop/common/lab.js";
import { listNames } from "../../workshop/common/name-list.js";
import { labelOf } from "../../workshop/common/page-name.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { createEvent, deleteEvent, listEvents } from "../../workshop/node/events.js";
import type { PeopleStore, Person } from "../../workshop/node/people-store.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import {
  changeSeats,
  moveUp,
  placesOf,
  seatOutOfTurn,
  seatedPeople,
  stopWaiting,
  takenOf,
  waitingOf,
} from "./waiting-list.js";
import type { SessionCache } from "../workshop/session-cache.js";
import type { Workshop } from "../workshop/workshop.js";

export interface EventParts {
  client: KubernetesClient;
  people: PeopleStore;
  workshop: Pick<Workshop, "labs" | "createSession" | "endSession" | "find" | "lookUp" | "liveSessions">;
  cache: Pick<SessionCache, "all">;
  labs: ReadonlyMap<string, Lab>;
  /** False where nobody is asked at the end how it was, whatever their event says. */
  feedback: boolean;
  find: (name: string) => Promise<EventResource>;
  /** Lets `find` look anew. */
  forget: (name: string) => void;
}

/** What of a row depends on who asks. */
type OfViewer = "link" | "isOwn" | "role";
type SharedRow = Omit<EventRow, OfViewer>;

/** What instructors do with events; what is another thing for each of them is added by whoever answers. */
export interface Events {
  /** Throws LAB_NOT_FOUND, SERVER_BAD_REQUEST, SERVER_EVENT_EXISTS. */
  create(wanted: NewEvent): Promise<EventResource>;
  all(): Promise<EventResource[]>;
  row(event: EventResource): Promise<SharedRow>;
  detail(event: EventResource): Promise<Omit<EventDetail, OfViewer>>;
  /** What its people came to, also those whose sessions have ended. */
  results(event: EventResource): Promise<EventResults>;
  /** Gives the event so many seats; who waits moves up. */
  changeSeats(event: EventResource, seats: number): Promise<EventResource>;
  /** Gives a seat to somebody who waits, out of turn. Throws SERVER_NOT_FOUND, SERVER_EVENT_CLOSED. */
  seatOutOfTurn(event: EventResource, id: string): Promise<void>;
  /** Takes somebody out of the queue who waits. Throws SERVER_NOT_FOUND. */
  stopWaiting(event: EventResource, id: string): Promise<void>;
  /** Ends the sessions of the event and removes everything of its people. */
  remove(event: EventResource): Promise<void>;
  /** Ends the session of the person and removes everything else; who waits moves up. Throws SERVER_NOT_FOUND. */
  removePerson(event: EventResource, id: string): Promise<void>;
}

export function createEvents(parts: EventParts): Events {
  const { client, people } = parts;
  const row = async (event: EventResource, known?: Person[]) =>
    rowOf(event, known ?? (await seatedPeople(people, event)), await titleOf(parts, event.spec.lab));
  return {
    create: (wanted) => create(parts, wanted),
    all: () => listEvents(client),
    row,
    detail: async (event) => {
      const known = await seatedPeople(people, event);
      const places = placesOf(known);
      return { ...(await row(event, known)), people: known.map((one) => shown(one, places.get(one.id))) };
    },
    results: (event) => resultsOf(parts, event),
    changeSeats: (event, seats) => changeSeats(parts, event, seats),
    stopWaiting: (event, id) => stopWaiting(people, event, id),
    seatOutOfTurn: (event, id) => seatOutOfTurn(people, event, id),
    remove: async (event) => {
      await endSessionsOf(parts, event.metadata.name);
      await deleteEvent(client, event);
      parts.forget(event.metadata.name);
      await people.removeEvent(uidOf(event));
    },
    removePerson: (event, id) => removePerson(parts, event, id),
  };
}

async function removePerson(parts: EventParts, event: EventResource, id: string): Promise<void> {
  const { people } = parts;
  // Whoever comes in again meanwhile has another session, which ends as well; how often anybody can is bounded (`RateLimit`).
  for (;;) {
    const person = await people.person(id);
    if (person?.event !== uidOf(event))
      throw new ServerError(serverErrorCodes.notFound, "There is no such person in the event.");
    // Before the person: where the cluster is away, both are still there to be removed.
    if (person.session !== undefined) await endIfThere(parts, person.session);
    if (await people.remove(id, person.session)) return moveUp(people, event);
  }
}

export async function titleOf({ workshop }: Pick<EventParts, "workshop">, lab: string): Promise<string> {
  return (await workshop.labs()).find(({ name }) => name === lab)?.title ?? lab;
}

async function resultsOf(parts: EventParts, event: EventResource): Promise<EventResults> {
  const { lab, from, until } = event.spec;
  const [people, outcomes, title] = await Promise.all([
    parts.people.people(uidOf(event)),
    parts.people.outcomes(uidOf(event)),
    titleOf(parts, lab),
  ]);
  const pages = parts.labs.get(lab)?.pages ?? [];
  const named = people.map(({ id, name, joinedAt, keptUntil, feedback }) => ({
    id,
    name,
    // Nobody has come for a seat that is only kept.
    ...(joinedAt && keptUntil === undefined && { joinedAt }),
    ...(feedback && { feedback }),
  }));
  return eventResults({
    event: event.metadata.name,
    lab,
    title,
    from,
    until,
    pages,
    people: named,
    outcomes,
    asksFeedback: parts.feedback && asksFeedback(event.spec),
  });
}

async function create({ client, people, workshop }: EventParts, wanted: NewEvent): Promise<EventResource> {
  const { name = randomName(wanted.lab), names, ...spec } = wanted;
  if (!isEventName(name))
    throw badRequest(
      `"${name}" cannot name an event: use small letters, digits and hyphens, at most 40, beginning with a letter.`,
    );
  if (!(Date.parse(spec.from) < Date.parse(spec.until)))
    throw badRequest("The event would be over before it begins: its until must be later than its from.");
  if (Date.parse(spec.until) <= Date.now())
    throw badRequest("The event would be over already: its until must be in the future.");
  const labs = (await workshop.labs()).map(({ name: lab }) => lab);
  if (!labs.includes(spec.lab))
    throw new WorkshopError(WORKSHOP_ERRORS.labNotFound, noSuchLab(spec.lab, labs));
  const listed = names === undefined ? [] : usable(names).map((one) => ({ id: randomUUID(), name: one }));
  const event = await createEvent(client, name, normal(spec));
  if (event === undefined)
    throw new ServerError(
      serverErrorCodes.eventExists,
      `There is an event "${name}" already. Give this one another name, or delete that one.`,
    );
  if (listed.length > 0)
    await people.addListed(uidOf(event), listed).catch(async (error: unknown) => {
      await deleteEvent(client, event);
      throw error;
    });
  return event;
}

function normal({ from, until, feedback, ...spec }: Omit<EventSpec, "name">): EventSpec {
  const times = { from: new Date(from).toISOString(), until: new Date(until).toISOString() };
  return { ...spec, ...times, ...(feedback === false && { feedback }) };
}

function usable(names: readonly string[]): string[] {
  const list = listNames(names.map((text, at) => ({ line: at + 1, text })));
  if (list.problems.length === 0) return list.names;
  throw badRequest(`The list of names cannot be used. ${list.problems.join(" ")}`);
}

/** As many labs as are named to whoever has mistyped one. */
const LABS_NAMED = 12;

function noSuchLab(lab: string, labs: readonly string[]): string {
  const named = labs.slice(0, LABS_NAMED).join(", ");
  const more = labs.length > LABS_NAMED ? ` and ${String(labs.length - LABS_NAMED)} more` : "";
  return `There is no lab "${lab}" here. ${labs.length === 0 ? "There is none at all" : `There are ${named}${more}`}.`;
}

function badRequest(message: string): ServerError {
  return new ServerError(serverErrorCodes.badRequest, message);
}

/** Without vowels and look-alikes, so that it can be read aloud. */
const ALPHABET = "bcdfghjkmnpqrstvwxz23456789";

function randomName(lab: string): string {
  const random = Array.from({ length: 4 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  const label = labelOf(lab).replace(/^[^a-z]+/, "") || "event";
  return `${label.slice(0, 35).replace(/-+$/, "")}-${random}`;
}

function rowOf({ metadata, spec }: EventResource, people: readonly Person[], title: string): SharedRow {
  const listed = people.filter(({ isListed }) => isListed).length;
  return {
    name: metadata.name,
    ...spec,
    title,
    phase: eventPhase(spec, Date.now()),
    seatsTaken: takenOf(people),
    waiting: waitingOf(people).length,
    ...(listed === 0 ? {} : { listed }),
  };
}

function shown({ id, name, joinedAt, keptUntil, session }: Person, place: number | undefined) {
  return {
    id,
    name,
    ...(joinedAt === undefined ? {} : { joinedAt }),
    ...(keptUntil === undefined ? {} : { keptUntil }),
    ...(session === undefined ? {} : { session }),
    ...(place === undefined ? {} : { place }),
  };
}

/** Sessions ended at the same time; each asks the cluster a few things. */
const AT_ONCE = 8;

async function endSessionsOf(parts: EventParts, event: string): Promise<void> {
  const waiting = parts.cache
    .all()
    .filter(({ metadata }) => metadata.labels?.[EVENT_LABEL] === event && !metadata.deletionTimestamp)
    .map(({ metadata }) => metadata.name);
  const endSome = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await endIfThere(parts, next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, endSome));
}

/** Another instructor may have ended it meanwhile, or its time was over. */
async function endIfThere({ workshop }: EventParts, session: string): Promise<void> {
  await workshop.endSession(session).catch((error: unknown) => {
    if (!(error instanceof WorkshopError && error.code === WORKSHOP_ERRORS.sessionNotFound)) throw error;
  });
}
