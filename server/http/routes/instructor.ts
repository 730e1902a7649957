import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import type {
  InstructorEvent,
  InstructorRow,
  SessionLink,
  SessionView,
} from "../../../workshop/common/api.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";
import { createRateLimit } from "../rate-limit.js";
import { openEventStream } from "../server-sent-events.js";
import type { SessionQuota } from "../session-quota.js";
import type { TerminalSockets } from "./terminals.js";
import type { Workshop } from "../../workshop/workshop.js";

export interface InstructorRoutes {
  workshop: Workshop;
  access: Access;
  quota: SessionQuota;
  terminals: Pick<TerminalSockets, "closeSession">;
  /** The address learners reach Lectern at, ending in `/`. */
  publicUrl: (request: Request) => string;
}

const MAX_COUNT = 500;
const MAX_MINUTES = 7 * 24 * 60;
/** A table that changes many times a second is sent at most this often. */
const SETTLE_MS = 250;
/** Sessions made at the same time; each asks the cluster a dozen things. */
const CONCURRENCY = 8;

const login = z.strictObject({ token: z.string().min(1).max(200) });
const extension = z.strictObject({ minutes: z.number().int().min(1).max(MAX_MINUTES) });
const newSessions = z.strictObject({
  lab: z.string().min(1).max(63),
  count: z.number().int().min(1).max(MAX_COUNT),
  minutes: z.number().int().min(1).max(MAX_MINUTES).optional(),
  prefix: z
    .string()
    .regex(/^[a-z]([a-z0-9-]{0,17}[a-z0-9])?$/, "must be a DNS label of at most 19 characters")
    .optional(),
});

/** `api/instructor/...`: watching, making, extending and ending everybody's sessions. */
export function createInstructorRouter(options: InstructorRoutes): Router {
  const { workshop, access, quota } = options;
  const router = Router();
  const attempts = createRateLimit("attempts to log in", 10, 10);
  const row = (request: Request, id: string) =>
    rows(options, request).find((candidate) => candidate.id === id);
  router.post("/instructor/login", (request, response) => {
    const { token } = parseBody(login, request.body);
    // Only wrong tokens count: somebody who guesses must not lock the instructor out.
    if (!access.isInstructorToken(token)) attempts.take(request.ip ?? "");
    access.login(request, response, token);
    response.status(204).end();
  });
  router.use("/instructor", (request, _response, next) => {
    access.requireInstructor(request);
    next();
  });
  router.get("/instructor/sessions", (request, response) => {
    response.json(rows(options, request));
  });
  router.get("/instructor/events", (request, response) => {
    streamRows(options, request, openEventStream<InstructorEvent>(request, response));
  });
  router.post("/instructor/sessions", async (request, response) => {
    const { count, lab, minutes, prefix } = parseBody(newSessions, request.body);
    quota.takeForInstructor(count, workshop.sessions());
    const wanted = {
      lab,
      startedBy: "instructor" as const,
      ...(minutes === undefined ? {} : { minutes }),
      ...(prefix === undefined ? {} : { prefix }),
    };
    const sessions = await createMany(count, () => workshop.createSession(wanted));
    response.status(202).json(sessions.map((session) => linkTo(options, request, session)));
  });
  router.post("/instructor/sessions/:id/extend", async (request, response) => {
    const { minutes } = parseBody(extension, request.body);
    await workshop.extendSession(request.params.id, minutes);
    response.json(row(request, request.params.id));
  });
  router.post("/instructor/sessions/:id/revoke-link", async (request, response) => {
    const session = await workshop.revokeLink(request.params.id);
    options.terminals.closeSession(session.id);
    response.json(linkTo(options, request, session));
  });
  router.delete("/instructor/sessions/:id", async (request, response) => {
    await workshop.endSession(request.params.id);
    response.status(204).end();
  });
  return router;
}

function rows({ workshop, access, publicUrl }: InstructorRoutes, request: Request): InstructorRow[] {
  const base = publicUrl(request);
  return workshop.rows().map((row) => ({ ...row, link: base + access.linkPath(row) }));
}

function linkTo(
  { access, publicUrl }: InstructorRoutes,
  request: Request,
  session: SessionView,
): SessionLink {
  return { id: session.id, link: publicUrl(request) + access.linkPath(session) };
}

function streamRows(
  options: InstructorRoutes,
  request: Request,
  stream: ReturnType<typeof openEventStream<InstructorEvent>>,
): void {
  let timer: NodeJS.Timeout | undefined;
  const send = () => {
    timer = undefined;
    if (!options.access.isInstructor(request)) {
      stream.end();
      return;
    }
    stream.send({ type: "sessions", rows: rows(options, request) });
  };
  send();
  const stop = options.workshop.followAll(() => {
    timer ??= setTimeout(send, SETTLE_MS);
  });
  stream.signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      stop();
    },
    { once: true },
  );
}

/** Makes as many as can be made; throws the first reason where that is none. */
async function createMany<T>(count: number, create: () => Promise<T>): Promise<T[]> {
  const made: PromiseSettledResult<T>[] = [];
  while (made.length < count) {
    const batch = Math.min(CONCURRENCY, count - made.length);
    made.push(...(await Promise.allSettled(Array.from({ length: batch }, create))));
  }
  const sessions = made.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = made.find((result) => result.status === "rejected");
  if (sessions.length === 0 && failed) throw failed.reason;
  return sessions;
}
