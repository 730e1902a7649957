import type { SessionView } from "../../common/api.js";
import type { EventDetail, EventRow, EventView, LtiArrival, NewEvent } from "../../common/event-api.js";
import type { EventStaffChange } from "../../common/event-staff.js";
import type { EventResults } from "../../common/event-results.js";
import type { Feedback } from "../../common/feedback.js";
import type { RehearsalView } from "../../common/kept-rehearsal.js";
import type { OwnResults } from "../../common/own-results.js";
import { call } from "./call.js";

/** Every call of the REST contract in `workshop/common/event-api.ts`; each throws `ApiError`. */
export const eventApi = {
  admit: (name: string, token: string, code?: string) =>
    call<EventView>("POST", `${eventPath(name)}/admission`, {
      body: { token, ...(code === undefined ? {} : { code }) },
    }),
  event: (name: string, signal?: AbortSignal) => call<EventView>("GET", eventPath(name), { signal }),
  join: (name: string, arrival: { name: string } | { person: string }) =>
    call<SessionView | EventView>("POST", `${eventPath(name)}/join`, { body: arrival }),
  stopWaiting: (name: string) => call<void>("DELETE", `${eventPath(name)}/waiting`),
  ownResults: (name: string, signal?: AbortSignal) =>
    call<OwnResults>("GET", `${eventPath(name)}/own-results`, { signal }),
  say: (name: string, feedback: Feedback) =>
    call<void>("PUT", `${eventPath(name)}/feedback`, { body: feedback }),
  enterByLaunch: (entry: string) => call<LtiArrival>("POST", "api/lti/enter", { body: { entry } }),
  all: (signal?: AbortSignal) => call<EventRow[]>("GET", "api/instructor/workshop-events", { signal }),
  create: (wanted: NewEvent) => call<EventRow>("POST", "api/instructor/workshop-events", { body: wanted }),
  detail: (name: string, signal?: AbortSignal) => call<EventDetail>("GET", instructorPath(name), { signal }),
  results: (name: string, signal?: AbortSignal) =>
    call<EventResults>("GET", `${instructorPath(name)}/results`, { signal }),
  changeStaff: (name: string, staff: EventStaffChange) =>
    call<EventRow>("PUT", `${instructorPath(name)}/staff`, { body: staff }),
  changeSeats: (name: string, seats: number) =>
    call<EventRow>("PUT", `${instructorPath(name)}/seats`, { body: { seats } }),
  takeFromWaiting: (name: string, person: string) =>
    call<void>("DELETE", `${instructorPath(name)}/people/${encodeURIComponent(person)}/waiting`),
  seatOutOfTurn: (name: string, person: string) =>
    call<void>("POST", `${instructorPath(name)}/people/${encodeURIComponent(person)}/seat`),
  rehearsal: (name: string, signal?: AbortSignal) =>
    call<RehearsalView>("GET", `${instructorPath(name)}/kept-rehearsal`, { signal }),
  rehearse: (name: string, learners: number) =>
    call<RehearsalView>("POST", `${instructorPath(name)}/kept-rehearsal`, { body: { learners } }),
  stopRehearsal: (name: string) => call<RehearsalView>("DELETE", `${instructorPath(name)}/kept-rehearsal`),
  remove: (name: string) => call<void>("DELETE", instructorPath(name)),
  removePerson: (name: string, person: string) =>
    call<void>("DELETE", `${instructorPath(name)}/people/${encodeURIComponent(person)}`),
};

function eventPath(name: string): string {
  return `api/events/${encodeURIComponent(name)}`;
}

function instructorPath(name: string): string {
  return `api/instructor/workshop-events/${encodeURIComponent(name)}`;
}
