/**
 * What the server says of events. Paths and refusals are as in `api.ts`.
 *
 * | method and path | answer |
 * |---|---|
 * | POST api/events/NAME/admission `{token, code?}` | `EventView`, and where it asks for no code the cookie that the others need |
 * | GET api/events/NAME | `EventView` |
 * | POST api/events/NAME/join `{name}` or `{person}` | 202 `SessionView` with its cookie; the person's own where there is one. 200 `EventView` where all seats are taken and the person waits for one |
 * | DELETE api/events/NAME/waiting | 204; who waits in this browser does no more |
 * | GET api/events/NAME/own-results | `OwnResults` of who has come in by this browser; also when the event is over |
 * | PUT api/events/NAME/feedback `Feedback` | 204; of who has come in by this browser, in the place of what they said before |
 * | POST api/lti/enter `{entry}` | `LtiArrival` of whom a learning platform has sent here, with the cookies for it; each entry is good once |
 * | GET api/instructor/workshop-events | `EventRow[]` |
 * | POST api/instructor/workshop-events `NewEvent` | 201 `EventRow` |
 * | GET api/instructor/workshop-events/NAME | `EventDetail` |
 * | GET api/instructor/workshop-events/NAME/results | `EventResults` |
 * | POST api/instructor/workshop-events/NAME/rehearsal `{learners?}` | server-sent events, each a `RehearsalEvent` in JSON; it ends where nobody listens |
 * | PUT api/instructor/workshop-events/NAME/staff `EventStaffChange` | `EventRow`; for its owner and operators; 409 SERVER_EVENT_CHANGED where others look after it than `was` says |
 * | PUT api/instructor/workshop-events/NAME/seats `{seats}` | `EventRow`; who waits moves up to seats that are new, and nobody loses one |
 * | POST api/instructor/workshop-events/NAME/people/ID/seat | 204; gives a seat to who waits, out of turn and beyond the seats there are |
 * | DELETE api/instructor/workshop-events/NAME/people/ID/waiting | 204; takes who waits out of the queue, and leaves a name of the list there |
 * | DELETE api/instructor/workshop-events/NAME | 204; ends its sessions and removes everything of its people |
 * | DELETE api/instructor/workshop-events/NAME/people/ID | 204; the same for one |
 */

import type { Role } from "./account-api.js";
import type { EventPhase } from "./event.js";
import type { EventStaff } from "./event-staff.js";

/** Where a launch leads: to the session of who learns, the event of who teaches, or the page of an event for a seat of which who learns waits. */
export type LtiArrival = { session: string } | { event: string } | { waitsFor: string };

/** An event as somebody sees it who has its link. */
export interface EventView {
  name: string;
  lab: string;
  /** Of the lab, as its description. */
  title: string;
  description?: string;
  from: string;
  until: string;
  phase: EventPhase;
  seats: number;
  seatsTaken: number;
  /** How many wait for a seat. */
  waiting: number;
  /** Whether the code is asked for; nothing below is said then. */
  needsCode: boolean;
  /** The people of its list; absent where names are typed. */
  people?: ListedName[];
  /** Who this browser was when it last came in, with the place, from 1, of who waits for a seat. */
  you?: {
    id: string;
    name: string;
    place?: number;
    /** Until when the seat is kept of who has moved up and has not come yet. */
    keptUntil?: string;
  };
}

export interface ListedName {
  id: string;
  name: string;
  /** Whether somebody has come in by it. */
  isHere: boolean;
}

/** An event as those see it who look after it. */
export interface EventRow extends EventStaff {
  /** Whether whoever asks is its owner. */
  isOwn: boolean;
  /** What whoever asks may do in it. */
  role: Role;
  name: string;
  lab: string;
  title: string;
  from: string;
  until: string;
  phase: EventPhase;
  seats: number;
  /** More than there are where somebody was let in out of turn. */
  seatsTaken: number;
  /** How many wait for a seat. */
  waiting: number;
  minutes?: number;
  code?: string;
  /** False where people are not asked at the end how it was. */
  feedback?: boolean;
  /** How many names its list has; absent where there is no list. */
  listed?: number;
  /** For everybody in the room. */
  link: string;
}

export interface EventDetail extends EventRow {
  people: EventPerson[];
}

export interface EventPerson {
  id: string;
  name: string;
  joinedAt?: string;
  /** Until when the seat is kept of who has moved up and has not come yet. */
  keptUntil?: string;
  session?: string;
  /** From 1; of who waits for a seat. */
  place?: number;
}

export interface NewEvent {
  /** Made of the lab's name where absent. */
  name?: string;
  lab: string;
  from: string;
  until: string;
  seats: number;
  minutes?: number;
  code?: string;
  /** Whether people are asked at the end how it was; they are where absent. */
  feedback?: boolean;
  /** Who may come; everybody who has the link where absent. */
  names?: string[];
  /** Whose it is, where an operator makes it for somebody; whoever makes it where absent. */
  owner?: string;
  instructors?: string[];
  helpers?: string[];
}
