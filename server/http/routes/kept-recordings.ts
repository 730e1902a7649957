import { type Request, Router } from "express";
import { isAtLeast } from "../../../workshop/common/account-api.js";
import type { EventResource } from "../../../workshop/common/event.js";
import type { KeptRecordingsOf } from "../../../workshop/common/kept-recordings-api.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { KeptRecordingDesk } from "../../event/kept-recordings.js";
import type { Access } from "../access.js";
import type { EventAccess } from "../event-access.js";
import { sendRecording } from "../send-recording.js";

export interface KeptRecordingRoutes {
  keptRecordings: KeptRecordingDesk;
  find: (name: string) => Promise<EventResource>;
  access: Pick<Access, "requireInstructor" | "requireRole" | "rolesOf">;
  eventAccess: Pick<EventAccess, "requireVisitor">;
}

/** `api/instructor/kept-recordings` and `api/events/NAME/kept-recordings`: what shells of sessions showed that have ended. */
export function createKeptRecordingsRouter(options: KeptRecordingRoutes): Router {
  const { keptRecordings: desk, access } = options;
  const router = Router();
  const theirs = async (request: Request<{ kept: string }>): Promise<KeptRecordingsOf> => {
    const kept = await desk.find(request.params.kept);
    // Whose it was cannot be told of what is not there, or was of no event.
    if (kept?.event === undefined) access.requireRole(request, "operator");
    else access.requireRole(request, "instructor", { event: kept.event });
    return there(kept);
  };
  router.use("/instructor/kept-recordings", (request, _response, next) => {
    access.requireInstructor(request);
    next();
  });
  router.get("/instructor/kept-recordings", async (request, response) => {
    const roleIn = access.rolesOf(request);
    const isTheirs = ({ event }: KeptRecordingsOf) =>
      event === undefined
        ? isAtLeast(roleIn(undefined), "operator")
        : isAtLeast(roleIn({ event }), "instructor");
    response.json((await desk.all()).filter(isTheirs));
  });
  router.get("/instructor/kept-recordings/:kept/:name", async (request, response) => {
    const { id } = await theirs(request);
    await sendRecording(desk.read(id, request.params.name), response);
  });
  router.delete("/instructor/kept-recordings/:kept", async (request, response) => {
    await desk.remove((await theirs(request)).id);
    response.status(204).end();
  });
  addOwn(router, options);
  return router;
}

function addOwn(router: Router, { keptRecordings: desk, find, eventAccess }: KeptRecordingRoutes): void {
  const own = async (request: Request<{ name: string }>): Promise<KeptRecordingsOf[]> => {
    const event = await find(request.params.name);
    return desk.ofVisitor(event, eventAccess.requireVisitor(request, event));
  };
  router.get("/events/:name/kept-recordings", async (request, response) => {
    response.json(await own(request));
  });
  router.get("/events/:name/kept-recordings/:kept/:recording", async (request, response) => {
    const { kept, recording } = request.params;
    const { id } = there((await own(request)).find((one) => one.id === kept));
    await sendRecording(desk.read(id, recording), response);
  });
}

function there(kept: KeptRecordingsOf | undefined): KeptRecordingsOf {
  if (kept !== undefined) return kept;
  throw new ServerError(
    serverErrorCodes.notFound,
    "These recordings are not kept any more; somebody may have removed them. Look at the list again.",
  );
}
