import { Router } from "express";
import { z } from "zod";
import { MAX_CODE } from "../../../workshop/common/event.js";
import { type Feedback, MAX_COMMENT, RATINGS, shownComment } from "../../../workshop/common/feedback.js";
import type { EventView } from "../../../workshop/common/event-api.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { Attendance } from "../../event/attendance.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";
import type { EventAccess } from "../event-access.js";
import { createRateLimit, networkOf } from "../rate-limit.js";
import type { CounterFactory } from "../rate-limit.js";
import type { EventResource } from "../../../workshop/common/event.js";

export interface EventRoutes {
  attendance: Attendance;
  find: (name: string) => Promise<EventResource>;
  access: Pick<Access, "admit">;
  eventAccess: EventAccess;
  counter: CounterFactory;
}

/** More than a person's name has; what is wrong with a long one is said in better words. */
const MAX_TYPED = 10_000;

const admission = z.strictObject({ token: z.string().max(200), code: z.string().max(MAX_CODE).optional() });
const said = z.strictObject({
  rating: z.number().int().min(1).max(RATINGS.length),
  comment: z.string().trim().min(1).max(MAX_COMMENT).transform(shownComment).optional(),
});
const arrival = z.union([
  z.strictObject({ name: z.string().max(MAX_TYPED) }),
  z.strictObject({ person: z.string().max(64) }),
]);

/** `api/events/...`: how people come in by the link of an event. */
export function createEventsRouter({ attendance, find, access, eventAccess, counter }: EventRoutes): Router {
  const router = Router();
  // A room is behind one address: only wrong codes count, and few who mistype do not shut out the others.
  const guesses = createRateLimit({ what: "wrong codes", burst: 60, perMinute: 30, counter });
  router.post("/events/:name/admission", async (request, response) => {
    const { token, code } = parseBody(admission, request.body);
    const event = await find(request.params.name);
    eventAccess.requireLink(event, token);
    if (event.spec.code !== undefined) {
      if (code === undefined)
        return void response.json((await attendance.outside(event)) satisfies EventView);
      const client = `${request.params.name} ${networkOf(request.ip ?? "")}`;
      await guesses.attempt(client, () => requireCode(eventAccess, event, code), isWrongCode);
    }
    const visitor = eventAccess.admit(request, response, event);
    response.json(await attendance.view(event, visitor));
  });
  router.get("/events/:name", async (request, response) => {
    const event = await find(request.params.name);
    response.json(await attendance.view(event, eventAccess.requireVisitor(request, event)));
  });
  router.get("/events/:name/own-results", async (request, response) => {
    const event = await find(request.params.name);
    response.json(await attendance.ownResults(event, eventAccess.requireVisitor(request, event)));
  });
  router.put("/events/:name/feedback", async (request, response) => {
    const event = await find(request.params.name);
    const visitor = eventAccess.requireVisitor(request, event);
    await attendance.say(event, visitor, parseBody(said, request.body) as Feedback);
    response.status(204).end();
  });
  router.post("/events/:name/join", async (request, response) => {
    const event = await find(request.params.name);
    const visitor = eventAccess.requireVisitor(request, event);
    const session = await attendance.join(event, visitor, parseBody(arrival, request.body));
    if (session === undefined) return void response.json(await attendance.view(event, visitor));
    access.admit(request, response, session);
    response.status(202).json(session);
  });
  router.delete("/events/:name/waiting", async (request, response) => {
    const event = await find(request.params.name);
    await attendance.leave(event, eventAccess.requireVisitor(request, event));
    response.status(204).end();
  });
  return router;
}

async function requireCode(access: EventAccess, event: EventResource, code: string): Promise<void> {
  if (access.isCode(event, code)) return;
  throw new ServerError(
    serverErrorCodes.eventCodeWrong,
    "That is not the code of this event. Look at it again, or ask in the room.",
  );
}

function isWrongCode(error: unknown): boolean {
  return error instanceof ServerError && error.code === serverErrorCodes.eventCodeWrong;
}
