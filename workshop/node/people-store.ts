import type { StepOutcome } from "../common/event-results.js";
import type { Feedback } from "../common/feedback.js";

/** Somebody of an event. */
export interface Person {
  /** Random; what everything but this store knows the person by. */
  id: string;
  /** The uid of the event. */
  event: string;
  name: string;
  /** Whether the name was on the event's list, and so is one person's, whichever browser chooses it. */
  isListed: boolean;
  /** ISO 8601; when the person came in, and took a seat. Absent before. */
  joinedAt?: string;
  /** Of who waits for a seat: the lower, the earlier. */
  waiting?: number;
  /** ISO 8601; until when the seat is kept of who has moved up and has not come yet. */
  keptUntil?: string;
  /** The newest session of the person. */
  session?: string;
  /** What the person says of the event; absent where nothing was said. */
  feedback?: Feedback;
}

/** A session that somebody of an event has or had. */
export interface PersonSession {
  session: string;
  person: string;
  /** The uid of the event. */
  event: string;
}

/** What became of a run of a step. */
export interface StepTry {
  session: string;
  page: string;
  step: string;
  /** Its place on the page, from 0. */
  number: number;
  verdict: "done" | "failed" | "unknown";
  /** Epoch milliseconds. */
  at: number;
}

/** That somebody has taken so many hints of a step. */
export interface HintsTaken extends Omit<StepTry, "verdict"> {
  hints: number;
}

/** Who sits down: somebody of the list by the id, or whoever typed a name. */
export type Newcomer = { person: string } | { id: string; name: string };

/** Who of a browser has the seat that was asked for: whoever typed a name is whom the browser is known as, and nobody else's name is chosen. */
export function whoSits(seated: Person | undefined, newcomer: Newcomer): Person | undefined {
  return "name" in newcomer || seated?.id === newcomer.person ? seated : undefined;
}

/** Where somebody sits down, or waits to: an event of so many seats, for which so many may wait, in that browser. */
export interface SeatPlace {
  event: string;
  seats: number;
  /** Nobody where absent. */
  mayWait?: number;
  visitor: string;
  /** As of `PeopleStore.moveUp`. */
  keptMs?: number;
}

/** Where a learning platform wants to be told how far somebody is. */
export interface ScoreTarget {
  person: string;
  /** The uid of the event. */
  event: string;
  lab: string;
  /** What the platform is known by here. */
  platform: string;
  /** Who the person is there. */
  subject: string;
  /** The address of the line in its gradebook. */
  lineItem: string;
}

/** A score of which the platform does not know yet. */
export interface DueScore extends ScoreTarget {
  /** Steps that are done. */
  done: number;
}

/**
 * Who takes part in events: the one place that knows names. A write that resolves is on the disk; one that rejects
 * (SERVER_DISK_FULL, SERVER_DATABASE_FULL, SERVER_DATABASE_UNAVAILABLE) is not kept.
 */
export interface PeopleStore {
  /** Adds people who may choose their names. */
  addListed(event: string, people: readonly { id: string; name: string }[]): Promise<void>;
  /** By name. */
  people(event: string): Promise<Person[]>;
  person(id: string): Promise<Person | undefined>;
  /** Who has come in by that browser, or waits in it. */
  ofVisitor(event: string, visitor: string): Promise<Person | undefined>;
  ofSession(session: string): Promise<Person | undefined>;
  /**
   * Gives a seat to somebody in that browser where one is free and nobody waits, else a place behind those who wait; of two at once only one
   * gets the last. Who has one keeps it. Resolves to nothing where neither is free, where the browser's own person has a seat and the
   * wanted one would have to wait, or where the person of the list is not there.
   */
  seat(place: SeatPlace, newcomer: Newcomer): Promise<Person | undefined>;
  /**
   * Gives the free ones of so many seats to those who wait, in the order in which they came, and keeps each for its person for so many milliseconds
   * (`SEAT_KEPT_MINUTES` where absent). Who has no session by then has none of it any more: whoever typed a name is gone, whoever is of the list may
   * choose theirs again.
   */
  moveUp(event: string, seats: number, keptMs?: number): Promise<void>;
  /** Gives a seat to somebody who waits, whoever is before them and however many are taken, and keeps it in the same way; false where they do not wait. */
  seatOutOfTurn(person: string): Promise<boolean>;
  /** Keeps the seat of who has moved up and is just coming for so long again; false where the person has none any more. */
  holdSeat(person: string): Promise<boolean>;
  /** Moves until when seats are kept by a jump of the clock: each is kept for the minutes that were left. */
  moveKeptSeats(ms: number): Promise<void>;
  /** Takes who waits out of the queue: whoever typed a name is gone, whoever is of the list may choose theirs again. */
  stopWaiting(person: string): Promise<void>;
  /** Notes the person's session, where it was `before`; whoever had moved up has come with it. False where it is another one by now, or the person is gone. */
  setSession(person: string, session: string, before: string | undefined): Promise<boolean>;
  /** Keeps what the person says of the event, in the place of what they said before; false where the person is gone. */
  setFeedback(person: string, feedback: Feedback): Promise<boolean>;
  /** Counts a try of whose session it is; nothing where it is nobody's. */
  noteTry(one: StepTry): Promise<void>;
  /** Notes the hints taken by whose session it is, where they are more than were known; nothing where it is nobody's. */
  noteHints(taken: HintsTaken): Promise<void>;
  /** What the people of the event came to; it stays when their sessions end. */
  outcomes(event: string): Promise<StepOutcome[]>;
  /** The same of one of them. */
  outcomesOf(person: string): Promise<StepOutcome[]>;
  /** Notes where the person's score goes from now on; what was told to another line is told again. */
  setScoreTarget(target: ScoreTarget): Promise<void>;
  /** Those of the platform whose done steps are not what was told last, so many at most, and others each time where there are more. */
  dueScores(platform: string, most: number): Promise<DueScore[]>;
  /** Notes how many done steps the platform was told. */
  noteScore(person: string, done: number): Promise<void>;
  /** Removes everything about the person, whose newest session that is; false where it is another one by now, or the person is gone. */
  remove(person: string, session: string | undefined): Promise<boolean>;
  /** The sessions that people of all events have or had; those of whom was removed are not among them. */
  sessions(): Promise<PersonSession[]>;
  /** The sessions, without whose they were, of people who were removed within the last week. */
  removedSessions(): Promise<string[]>;
  /** Removes everything about everybody of the event. */
  removeEvent(event: string): Promise<void>;
  /** The uids of events of which somebody is known. */
  events(): Promise<string[]>;
  /** Resolves when everything that was asked for is done. */
  close(): Promise<void>;
}
