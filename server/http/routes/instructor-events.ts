import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import { MAX_CODE, MAX_SEATS, MIN_CODE } from "../../../workshop/common/event.js";
import type { EventResource } from "../../../workshop/common/event.js";
import type { EventDetail, EventRow, NewEvent } from "../../../workshop/common/event-api.js";
import type { EventResults } from "../../../workshop/common/event-results.js";
import type { Events } from "../../event/events.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";
import { isUnsafe } from "../same-origin.js";
import type { EventAccess } from "../event-access.js";

export interface InstructorEventRoutes {
  events: Events;
  find: (name: string) => Promise<EventResource>;
  access: Pick<Access, "requireRole" | "isInstructor">;
  eventAccess: EventAccess;
  /** The address learners reach Lectern at, ending in `/`. */
  publicUrl: (request: Request) => string;
}

const MAX_MINUTES = 7 * 24 * 60;
const time = z.iso.datetime({ offset: true });

const newEvent = z.strictObject({
  name: z.string().min(1).max(40).optional(),
  lab: z.string().min(1).max(63),
  from: time,
  until: time,
  seats: z.number().int().min(1).max(MAX_SEATS),
  minutes: z.number().int().min(1).max(MAX_MINUTES).optional(),
  code: z.string().trim().min(MIN_CODE).max(MAX_CODE).optional(),
  names: z
    .array(z.string().max(10_000))
    .min(1)
    .max(2 * MAX_SEATS)
    .optional(),
});

/** `api/instructor/workshop-events/...`: making events, and looking after who comes. */
export function createInstructorEventsRouter(options: InstructorEventRoutes): Router {
  const { events, find, access, eventAccess } = options;
  const router = Router();
  const linkOf = (request: Request, event: EventResource) =>
    // The whole link lets its holder be anybody of the event, and helpers are nobody of it.
    options.publicUrl(request) +
    (access.isInstructor(request) ? eventAccess.linkPath(event) : `e/${event.metadata.name}`);
  router.use("/instructor/workshop-events", (request, _response, next) => {
    access.requireRole(request, isUnsafe(request.method) ? "instructor" : "helper");
    next();
  });
  router.get("/instructor/workshop-events", async (request, response) => {
    const all = await events.all();
    const rows = all.map(async (event) => ({ ...(await events.row(event)), link: linkOf(request, event) }));
    response.json((await Promise.all(rows)) satisfies EventRow[]);
  });
  router.post("/instructor/workshop-events", async (request, response) => {
    const event = await events.create(parseBody(newEvent, request.body) as NewEvent);
    const row = { ...(await events.row(event)), link: linkOf(request, event) };
    response.status(201).json(row satisfies EventRow);
  });
  router.get("/instructor/workshop-events/:name", async (request, response) => {
    const event = await find(request.params.name);
    const detail = { ...(await events.detail(event)), link: linkOf(request, event) };
    response.json(detail satisfies EventDetail);
  });
  router.get("/instructor/workshop-events/:name/results", async (request, response) => {
    response.json((await events.results(await find(request.params.name))) satisfies EventResults);
  });
  router.delete("/instructor/workshop-events/:name", async (request, response) => {
    await events.remove(await find(request.params.name));
    response.status(204).end();
  });
  router.delete("/instructor/workshop-events/:name/people/:id", async (request, response) => {
    await events.removePerson(await find(request.params.name), request.params.id);
    response.status(204).end();
  });
  return router;
}
