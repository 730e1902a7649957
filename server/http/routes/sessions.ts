import { Router } from "express";
import type { Request, Response } from "express";
import { z } from "zod";
import type { LabSummary, SessionEvent, SessionView } from "../../../workshop/common/api.js";
import { isOver } from "../../../workshop/common/session.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { Access } from "../access.js";
import { askAgain } from "../ask-again.js";
import { parseBody } from "../body.js";
import { orderId } from "../order-id.js";
import type { SessionQuota } from "../session-quota.js";
import { openEventStream } from "../server-sent-events.js";
import type { Workshop } from "../../workshop/workshop.js";

export interface SessionRoutes {
  workshop: Workshop;
  access: Access;
  quota: SessionQuota;
}

const newSession = z.strictObject({ lab: z.string().min(1).max(63) });
const extension = z.strictObject({ id: orderId }).optional();
const admission = z.strictObject({ token: z.string().min(1).max(200) });

/** `api/labs`, and everything of one session but its pages, terminals and files. */
export function createSessionsRouter(options: SessionRoutes): Router {
  const { workshop, access, quota } = options;
  const router = Router();
  const own = (request: Request<{ id: string }>): SessionView => {
    const session = workshop.session(request.params.id);
    access.requireSession(request, session);
    return session;
  };
  router.get("/labs", async (request, response) => {
    const labs = await withResume(workshop, ownSessions(workshop, access, request));
    const refusal = access.startRefusal(request);
    response.json(refusal === undefined ? labs : labs.map((lab) => ({ unavailable: refusal, ...lab })));
  });
  router.post("/start-admission", (request, response) => {
    access.admitToStart(request, response, parseBody(admission, request.body).token);
    response.status(204).end();
  });
  router.post("/sessions", async (request, response) => {
    const { lab } = parseBody(newSession, request.body);
    const refusal = access.startRefusal(request);
    if (refusal !== undefined) throw new ServerError(serverErrorCodes.startClosed, refusal);
    const giveBack = await quota.takeForLearner(request.ip ?? "", workshop.liveSessions());
    const session = await workshop.createSession({ lab, startedBy: "learner" }).finally(giveBack);
    access.admit(request, response, session);
    response.status(202).json(session);
  });
  router.post("/sessions/:id/admission", async (request, response) => {
    const { token } = parseBody(admission, request.body);
    const { id } = request.params;
    await askAgain(workshop, id, (session) => access.admitByLink(request, response, { session, token }));
    await workshop.openSession(id);
    response.status(204).end();
  });
  router.get("/sessions/:id", async (request, response) => {
    response.json(await workshop.view(own(request).id));
  });
  router.get("/sessions/:id/events", async (request, response) => {
    await streamSession(options, own(request).id, request, response);
  });
  router.post("/sessions/:id/extend", async (request, response) => {
    const before = own(request);
    const { id: order } = parseBody(extension, request.body) ?? {};
    const session = await workshop.extendSession(before.id, undefined, order);
    // Whoever looks on must not become the learner by it.
    if (access.isLearner(request, before)) access.admit(request, response, session);
    response.json(session);
  });
  router.delete("/sessions/:id", async (request, response) => {
    const session = own(request);
    const { id } = session;
    access.requireEnd(request, session);
    await workshop.endSession(id);
    access.forget(request, response, id);
    response.status(204).end();
  });
  return router;
}

async function streamSession(
  { workshop, access }: Pick<SessionRoutes, "workshop" | "access">,
  id: string,
  request: Request<{ id: string }>,
  response: Response,
): Promise<void> {
  const stream = openEventStream<SessionEvent>(response);
  const stop = await workshop.follow(id, (event) => {
    // A stream lives for hours; what was allowed at its start may have been taken back.
    const session = event.type === "session" ? event.session : workshop.find(id);
    if (session !== undefined && !isStillAllowed(access, request, session)) stream.end();
    else stream.send(event);
  });
  if (stream.signal.aborted) stop();
  else stream.signal.addEventListener("abort", stop, { once: true });
}

/** Also false while nobody's role can be told, as when the file with the token is being written: the page comes back. */
function isStillAllowed(access: Access, request: Request<{ id: string }>, session: SessionView): boolean {
  try {
    return access.mayUse(request, session);
  } catch {
    return false;
  }
}

/** The live sessions whose cookies this browser holds, newest first. */
function ownSessions(workshop: Workshop, access: Access, request: Request): SessionView[] {
  return access
    .claimedSessions(request)
    .flatMap((id) => workshop.find(id) ?? [])
    .filter((session) => !isOver(session.phase) && access.mayUse(request, session))
    .toSorted((left, right) => right.createdAt.localeCompare(left.createdAt));
}

async function withResume(workshop: Workshop, own: readonly SessionView[]): Promise<LabSummary[]> {
  return (await workshop.labs()).map((lab) => {
    const session = own.find((candidate) => candidate.lab === lab.name);
    if (session === undefined) return lab;
    const { done, steps } = workshop.progress(session);
    const resume = {
      session: session.id,
      page: session.currentPage,
      stepsDone: done,
      steps,
    };
    return { ...lab, resume };
  });
}
