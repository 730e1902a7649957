import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import { isAtLeast } from "../../../workshop/common/account-api.js";
import { MAX_CODE, MAX_SEATS, MIN_CODE } from "../../../workshop/common/event.js";
import type { EventResource } from "../../../workshop/common/event.js";
import type { EventDetail, EventRow, NewEvent } from "../../../workshop/common/event-api.js";
import {
  type EventStaff,
  type EventStaffChange,
  MAX_STAFF,
  MAX_STAFF_NAME,
} from "../../../workshop/common/event-staff.js";
import type { EventResults } from "../../../workshop/common/event-results.js";
import { type Account, staffNameOf } from "../../auth/account.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { LINK_EVENT } from "../../lti/launch-claims.js";
import type { EventOwners } from "../../event/event-owners.js";
import type { KnownEventStaff } from "../../event/event-staff.js";
import type { Events } from "../../event/events.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";
import { isUnsafe } from "../same-origin.js";
import type { EventAccess } from "../event-access.js";

export interface InstructorEventRoutes {
  events: Events;
  owners: EventOwners;
  staff: Pick<KnownEventStaff, "know">;
  find: (name: string) => Promise<EventResource>;
  access: Pick<Access, "requireRole" | "rolesOf" | "accountOf">;
  eventAccess: EventAccess;
  /** The address learners reach Lectern at, ending in `/`. */
  publicUrl: (request: Request) => string;
}

const MAX_MINUTES = 7 * 24 * 60;
const time = z.iso.datetime({ offset: true });
const staffName = z.string().trim().min(1).max(MAX_STAFF_NAME);
const staffNames = z.array(staffName).max(MAX_STAFF).optional();
const eventStaff = z.strictObject({
  owner: staffName.optional(),
  instructors: staffNames,
  helpers: staffNames,
});

const staffChange = eventStaff.extend({ was: eventStaff });

const newSeats = z.strictObject({ seats: z.number().int().min(1).max(MAX_SEATS) });

const newEvent = z.strictObject({
  name: z.string().min(1).max(40).optional(),
  lab: z.string().min(1).max(63),
  from: time,
  until: time,
  seats: z.number().int().min(1).max(MAX_SEATS),
  minutes: z.number().int().min(1).max(MAX_MINUTES).optional(),
  code: z.string().trim().min(MIN_CODE).max(MAX_CODE).optional(),
  feedback: z.boolean().optional(),
  names: z
    .array(z.string().max(10_000))
    .min(1)
    .max(2 * MAX_SEATS)
    .optional(),
  ...eventStaff.shape,
});

/** `api/instructor/workshop-events/...`: making events, and looking after who comes. What is below an event is for those who look after it. */
export function createInstructorEventsRouter(options: InstructorEventRoutes): Router {
  const { events, find, access, owners, staff } = options;
  const router = Router();
  const account = (request: Request): Account => {
    const found = access.accountOf(request);
    if (found !== undefined) return found;
    throw new ServerError(serverErrorCodes.unauthorized, "Nobody is signed in any more. Sign in again.");
  };
  const seenBy = shownTo(options);
  router.use("/instructor/workshop-events", (request, _response, next) => {
    access.requireRole(request, isUnsafe(request.method) ? "instructor" : "helper");
    next();
  });
  router.use("/instructor/workshop-events/:name", async (request, _response, next) => {
    const event = await find(request.params.name);
    staff.know(event);
    const least = isUnsafe(request.method) ? "instructor" : "helper";
    access.requireRole(request, least, { event: event.metadata.name });
    next();
  });
  router.get("/instructor/workshop-events", async (request, response) => {
    const all = await events.all();
    for (const event of all) staff.know(event);
    const roleIn = access.rolesOf(request);
    const theirs = all.filter(({ metadata: { name } }) => isAtLeast(roleIn({ event: name }), "helper"));
    const rows = theirs.map(async (event) => ({ ...(await events.row(event)), ...seenBy(request, event) }));
    const shown: EventRow[] = await Promise.all(rows);
    response.json(shown.toSorted((one, other) => Number(other.isOwn) - Number(one.isOwn)));
  });
  router.post("/instructor/workshop-events", async (request, response) => {
    const { owner, instructors, helpers, ...wanted } = newEventIn(request.body);
    const named = { owner, instructors, helpers } as EventStaff;
    const event = await events.create({ ...wanted, ...(await owners.ofNew(account(request), named)) });
    staff.know(event);
    const row = { ...(await events.row(event)), ...seenBy(request, event) };
    response.status(201).json(row satisfies EventRow);
  });
  router.get("/instructor/workshop-events/:name", async (request, response) => {
    const event = await find(request.params.name);
    const detail = { ...(await events.detail(event)), ...seenBy(request, event) };
    response.json(detail satisfies EventDetail);
  });
  router.put("/instructor/workshop-events/:name/staff", async (request, response) => {
    const wanted = parseBody(staffChange, request.body) as EventStaffChange;
    const event = await owners.change(account(request), request.params.name, wanted);
    response.json({ ...(await events.row(event)), ...seenBy(request, event) } satisfies EventRow);
  });
  addPeople(router, options, seenBy);
  router.get("/instructor/workshop-events/:name/results", async (request, response) => {
    response.json((await events.results(await find(request.params.name))) satisfies EventResults);
  });
  router.delete("/instructor/workshop-events/:name", async (request, response) => {
    await events.remove(await find(request.params.name));
    response.status(204).end();
  });
  return router;
}

/** How many come in, who of those that wait, and who goes. */
function addPeople(
  router: Router,
  { events, find }: Pick<InstructorEventRoutes, "events" | "find">,
  seenBy: ReturnType<typeof shownTo>,
): void {
  router.put("/instructor/workshop-events/:name/seats", async (request, response) => {
    const { seats } = parseBody(newSeats, request.body);
    const event = await events.changeSeats(await find(request.params.name), seats);
    response.json({ ...(await events.row(event)), ...seenBy(request, event) } satisfies EventRow);
  });
  router.post("/instructor/workshop-events/:name/people/:id/seat", async (request, response) => {
    await events.seatOutOfTurn(await find(request.params.name), request.params.id);
    response.status(204).end();
  });
  router.delete("/instructor/workshop-events/:name/people/:id", async (request, response) => {
    await events.removePerson(await find(request.params.name), request.params.id);
    response.status(204).end();
  });
  router.delete("/instructor/workshop-events/:name/people/:id/waiting", async (request, response) => {
    await events.stopWaiting(await find(request.params.name), request.params.id);
    response.status(204).end();
  });
}

/** Throws SERVER_BAD_REQUEST, also where the name would be that of an event to which a link leads. */
function newEventIn(body: unknown): NewEvent {
  const wanted = parseBody(newEvent, body) as NewEvent;
  if (!wanted.name?.startsWith(LINK_EVENT)) return wanted;
  throw new ServerError(
    serverErrorCodes.badRequest,
    `"${wanted.name}" cannot name an event: names of those that links of learning platforms make begin with ${LINK_EVENT}. Take another one.`,
  );
}

/** What of an event is another thing for each who looks at it. */
function shownTo({ access, eventAccess, publicUrl }: InstructorEventRoutes) {
  return (request: Request, event: EventResource): Pick<EventRow, "isOwn" | "role" | "link"> => {
    const { name } = event.metadata;
    const account = access.accountOf(request);
    const role = access.rolesOf(request)({ event: name });
    // The whole link lets its holder be anybody of the event, and helpers are nobody of it.
    const path = isAtLeast(role, "instructor") ? eventAccess.linkPath(event) : `e/${name}`;
    const { owner } = event.spec;
    const isOwn = owner !== undefined && account !== undefined && staffNameOf(account) === owner;
    return { isOwn, role, link: publicUrl(request) + path };
  };
}
