import { Router } from "express";
import { type Role, isAtLeast } from "../../../workshop/common/account-api.js";
import type { SessionHost } from "../../../terminal/common/session-host.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access, GuardedSession } from "../access.js";
import { sendRecording } from "../send-recording.js";

type Host = Pick<SessionHost, "recordings" | "recording">;

export interface RecordingRoutes {
  host: Host;
  access: Pick<Access, "requireInstructor" | "requireRole" | "rolesOf">;
  workshop: Pick<Workshop, "find" | "lookUp">;
}

/** `api/instructor/recordings`: what the shells of live sessions showed, for the instructors who look after them. */
export function createRecordingsRouter({ host, access, workshop }: RecordingRoutes): Router {
  const router = Router();
  // Whose it was cannot be told of a session that is not there.
  const leastFor = (session: string): Role =>
    workshop.find(session) === undefined ? "operator" : "instructor";
  router.use("/instructor/recordings", (request, _response, next) => {
    access.requireInstructor(request);
    next();
  });
  router.get("/instructor/recordings", async (request, response) => {
    const roleIn = access.rolesOf(request);
    const isTheirs = (session: string) => isAtLeast(roleIn(workshop.find(session)), leastFor(session));
    response.json((await host.recordings()).filter(({ session }) => isTheirs(session)));
  });
  router.get("/instructor/recordings/:session", async (request, response) => {
    const { session } = request.params;
    await workshop.lookUp(session);
    access.requireRole(request, leastFor(session), workshop.find(session));
    response.json(await host.recordings(session));
  });
  router.get("/instructor/recordings/:session/:name", async (request, response) => {
    const { session, name } = request.params;
    await workshop.lookUp(session);
    access.requireRole(request, leastFor(session), workshop.find(session));
    await sendRecording(host.recording(session, name), response);
  });
  return router;
}

export interface OwnRecordingRoutes {
  host: Host;
  access: Pick<Access, "requireSession" | "requireLearner">;
  workshop: Pick<Workshop, "session">;
}

/** `api/sessions/ID/recordings`: what the learner's own shells showed. */
export function createOwnRecordingRoutes({ host, access, workshop }: OwnRecordingRoutes): Router {
  const router = Router();
  const own = (request: Parameters<Access["requireSession"]>[0], id: string): GuardedSession => {
    const session = workshop.session(id);
    access.requireSession(request, session);
    access.requireLearner(request, session, "look at its recordings");
    return session;
  };
  router.get("/sessions/:id/recordings", async (request, response) => {
    response.json(await host.recordings(own(request, request.params.id).id));
  });
  router.get("/sessions/:id/recordings/:name", async (request, response) => {
    const { id } = own(request, request.params.id);
    await sendRecording(host.recording(id, request.params.name), response);
  });
  return router;
}
