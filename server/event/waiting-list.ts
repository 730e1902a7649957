import { type EventResource, eventPhase, uidOf } from "../../workshop/common/event.js";
import type { KubernetesClient } from "../../kubernetes/node/kubernetes-client.js";
import { changeEventSeats } from "../../workshop/node/events.js";
import type { PeopleStore, Person } from "../../workshop/node/people-store.js";
import { ServerError, serverErrorCodes } from "../errors.js";
import { sessionClock } from "../../workshop/node/session-clock.js";

/** The people of the event, with whom there is a seat for moved up: whoever looks does what a server that was killed has left undone. */
export async function seatedPeople(
  people: Pick<PeopleStore, "people" | "moveUp">,
  event: EventResource,
): Promise<Person[]> {
  const uid = uidOf(event);
  const known = await people.people(uid);
  const hasLapsed = known.some(isLapsed);
  const mayMove = waitingOf(known).length > 0 && takenOf(known) < event.spec.seats;
  if (!(hasLapsed || mayMove) || isOver(event)) return known;
  await moveUp(people, event);
  return people.people(uid);
}

/** Gives the free seats of the event to those who wait; nothing where it is over, for a seat then leads nowhere. */
export async function moveUp(people: Pick<PeopleStore, "moveUp">, event: EventResource): Promise<void> {
  if (!isOver(event)) await people.moveUp(uidOf(event), event.spec.seats);
}

/** Whether the seat was kept for long enough for who does not come. */
function isLapsed({ keptUntil, session }: Person): boolean {
  return keptUntil !== undefined && session === undefined && Date.parse(keptUntil) <= sessionClock.now();
}

function isOver({ spec }: EventResource): boolean {
  return eventPhase(spec, Date.now()) === "over";
}

/** Who waits, in their order. */
export function waitingOf(people: readonly Person[]): Person[] {
  return people
    .filter(({ waiting }) => waiting !== undefined)
    .toSorted((one, other) => (one.waiting ?? 0) - (other.waiting ?? 0));
}

/** The places of who waits, from 1, by the person. */
export function placesOf(people: readonly Person[]): Map<string, number> {
  return new Map(waitingOf(people).map(({ id }, at) => [id, at + 1]));
}

/** How many seats are taken. */
export function takenOf(people: readonly Person[]): number {
  return people.filter(({ joinedAt }) => joinedAt !== undefined).length;
}

/** Gives the event so many seats, and new ones to those who wait. */
export async function changeSeats(
  {
    client,
    people,
    forget,
  }: { client: KubernetesClient; people: Pick<PeopleStore, "moveUp">; forget: (name: string) => void },
  event: EventResource,
  seats: number,
): Promise<EventResource> {
  const changed = await changeEventSeats(client, event, seats).finally(() => forget(event.metadata.name));
  await moveUp(people, changed);
  return changed;
}

/** Gives a seat to somebody who waits, out of turn. Throws SERVER_NOT_FOUND, SERVER_EVENT_CLOSED where it is over. */
export async function seatOutOfTurn(
  people: Pick<PeopleStore, "person" | "seatOutOfTurn">,
  event: EventResource,
  id: string,
): Promise<void> {
  if (isOver(event))
    throw new ServerError(
      serverErrorCodes.eventClosed,
      "The event is over: a seat lets nobody in any more. Make another event for those who waited.",
    );
  if ((await isOf(people, event, id)) && (await people.seatOutOfTurn(id))) return;
  throw nobodyWaits();
}

/** Takes somebody out of the queue who waits. Throws SERVER_NOT_FOUND. */
export async function stopWaiting(
  people: Pick<PeopleStore, "person" | "stopWaiting">,
  event: EventResource,
  id: string,
): Promise<void> {
  if (!(await isOf(people, event, id))) throw nobodyWaits();
  await people.stopWaiting(id);
}

async function isOf(people: Pick<PeopleStore, "person">, event: EventResource, id: string): Promise<boolean> {
  const person = await people.person(id);
  return person?.event === uidOf(event) && person.waiting !== undefined;
}

function nobodyWaits(): ServerError {
  return new ServerError(
    serverErrorCodes.notFound,
    "Nobody of that id waits for a seat of the event; they may have been let in, or have left. Look at its list again.",
  );
}

/** Lets who waits in that browser wait no more; nothing where they have a seat. */
export async function leaveWaitingList(
  people: Pick<PeopleStore, "ofVisitor" | "stopWaiting">,
  event: EventResource,
  visitor: string,
): Promise<void> {
  const you = await people.ofVisitor(uidOf(event), visitor);
  if (you?.waiting !== undefined) await people.stopWaiting(you.id);
}
