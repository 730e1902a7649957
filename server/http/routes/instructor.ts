import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import type { SessionHost } from "../../../terminal/common/session-host.js";
import type { SessionView } from "../../../workshop/common/api.js";
import type {
  ConfinementView,
  InstructorEvent,
  InstructorRow,
  SessionLink,
  StartLinkView,
} from "../../../workshop/common/instructor-api.js";
import { type Role, isAtLeast } from "../../../workshop/common/account-api.js";
import type { Access } from "../access.js";
import { isUnsafe } from "../same-origin.js";
import type { DiskWatch } from "../../disk-watch.js";
import type { KnownEventStaff } from "../../event/event-staff.js";
import type { HealthWatch } from "../../health-watch.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { parseBody } from "../body.js";
import { orderId } from "../order-id.js";
import { problemOf } from "../problem.js";
import { createRateLimit } from "../rate-limit.js";
import type { CounterFactory } from "../rate-limit.js";
import { openEventStream } from "../server-sent-events.js";
import { isStillHelper } from "../still-helper.js";
import type { SessionQuota } from "../session-quota.js";
import type { SessionRow } from "../../workshop/instructor-table.js";
import type { Workshop } from "../../workshop/workshop.js";

export interface InstructorRoutes {
  workshop: Workshop;
  access: Access;
  quota: SessionQuota;
  counter: CounterFactory;
  disk: DiskWatch;
  healthWatch: HealthWatch;
  /** Tells when other sessions are theirs who look. */
  staff: Pick<KnownEventStaff, "onChange">;
  host: Pick<SessionHost, "confinement">;
  /** The address learners reach Lectern at, ending in `/`. */
  publicUrl: (request: Request) => string;
}

const MAX_COUNT = 500;
const MAX_MINUTES = 7 * 24 * 60;
/** Sessions made at the same time; each asks the cluster a dozen things. */
const CONCURRENCY = 8;

const login = z.strictObject({ token: z.string().min(1).max(200) });
const extension = z.strictObject({ minutes: z.number().int().min(1).max(MAX_MINUTES), id: orderId });
const newSessions = z.strictObject({
  lab: z.string().min(1).max(63),
  count: z.number().int().min(1).max(MAX_COUNT),
  minutes: z.number().int().min(1).max(MAX_MINUTES).optional(),
  prefix: z
    .string()
    .regex(/^[a-z]([a-z0-9-]{0,17}[a-z0-9])?$/, "must be a DNS label of at most 19 characters")
    .optional(),
});

/** Of the installation itself: whom a learning platform has sent here looks after events alone. */
const INSTALLATION = /^\/(labs|pools|disk|confinement)\/?$/i;
/** As the router takes it: with a slash behind it, and in capitals, as well. */
const EXTENSION = /^\/sessions\/[^/]+\/extend\/?$/i;

/** `api/instructor/...`: watching, making, extending and ending everybody's sessions. */
export function createInstructorRouter(options: InstructorRoutes): Router {
  const { workshop, access } = options;
  const router = Router();
  admit(router, options);
  router.use("/instructor", (request, _response, next) => {
    access.requireRole(request, leastRole(request), INSTALLATION.test(request.path) ? {} : undefined);
    next();
  });
  router.get("/instructor/sessions", (request, response) => {
    response.json(rowsFor(options, request, workshop.table.rows()));
  });
  router.get("/instructor/labs", async (_request, response) => {
    response.json(await workshop.brokenLabs());
  });
  router.get("/instructor/start-link", (request, response) => {
    access.requireInstructor(request);
    const link = access.startLink(options.publicUrl(request));
    response.json({ link, start: access.startRule } satisfies StartLinkView);
  });
  router.get("/instructor/pools", (_request, response) => {
    response.json(workshop.pools());
  });
  router.get("/instructor/disk", async (_request, response) => {
    response.json(await options.disk.state());
  });
  router.get("/instructor/confinement", async (_request, response) => {
    response.json((await options.host.confinement()) satisfies ConfinementView);
  });
  router.get("/instructor/events", async (request, response) => {
    await streamRows(options, request, openEventStream<InstructorEvent>(response));
  });
  ofSessions(router, options);
  return router;
}

/** Making sessions, and what is done with one of them. */
function ofSessions(router: Router, options: InstructorRoutes): void {
  const { workshop, access, quota } = options;
  router.post("/instructor/sessions", async (request, response) => {
    const { count, lab, minutes, prefix } = parseBody(newSessions, request.body);
    const giveBack = await quota.takeForInstructor(count, workshop.liveSessions());
    const wanted = {
      lab,
      startedBy: "instructor" as const,
      ...(minutes === undefined ? {} : { minutes }),
      ...(prefix === undefined ? {} : { prefix }),
    };
    const sessions = await createMany(count, () => workshop.createSession(wanted)).finally(giveBack);
    response.status(202).json(sessions.map((session) => linkTo(options, request, session)));
  });
  router.post("/instructor/sessions/:id/extend", async (request, response) => {
    const { minutes, id: order } = parseBody(extension, request.body);
    await workshop.extendSession(request.params.id, minutes, order);
    const row = workshop.table.row(request.params.id);
    response.json(row && rowsFor(options, request, [row])[0]);
  });
  router.post("/instructor/sessions/:id/revoke-link", async (request, response) => {
    access.requireInstructor(request, workshop.session(request.params.id));
    const session = await workshop.revokeLink(request.params.id);
    response.json(linkTo(options, request, session));
  });
  router.delete("/instructor/sessions/:id", async (request, response) => {
    access.requireInstructor(request, workshop.session(request.params.id));
    await workshop.endSession(request.params.id);
    response.status(204).end();
  });
}

/** Helpers look, and give more time; what lets others in, makes or ends something is for instructors. */
function leastRole({ method, path }: Request): Role {
  const isHelping = !isUnsafe(method) || (method === "POST" && EXTENSION.test(path));
  return isHelping ? "helper" : "instructor";
}

/** Lets instructors log in. */
function admit(router: Router, { access, counter }: InstructorRoutes): void {
  const attempts = createRateLimit({ what: "attempts to log in", burst: 1, perMinute: 9, counter });
  router.post("/instructor/login", async (request, response) => {
    const { token } = parseBody(login, request.body);
    if (!access.isInstructorToken(token)) await access.lookUpTokens();
    // Only wrong tokens count: somebody who guesses must not lock the instructor out.
    if (!access.isInstructorToken(token)) await attempts.take(request.ip ?? "");
    access.login(request, response, token);
    response.status(204).end();
  });
}

/** Those that whoever asks looks after, with the links they may have; who that is costs as much as many rows, and is found out once for all. */
function rowsFor(
  { access, publicUrl }: InstructorRoutes,
  request: Request,
  rows: readonly SessionRow[],
): InstructorRow[] {
  const url = publicUrl(request);
  const roleIn = access.rolesOf(request);
  return rows.flatMap((row) => {
    const role = roleIn(row);
    if (!isAtLeast(role, "helper")) return [];
    // Whoever opens the whole link is the learner, which helpers are not.
    const path = isAtLeast(role, "instructor") ? access.linkPath(row) : `s/${row.id}`;
    return [{ ...row, link: url + path }];
  });
}

function linkTo(
  { access, publicUrl }: InstructorRoutes,
  request: Request,
  session: SessionView,
): SessionLink {
  return { id: session.id, link: publicUrl(request) + access.linkPath(session) };
}

async function streamRows(
  options: InstructorRoutes,
  request: Request,
  stream: ReturnType<typeof openEventStream<InstructorEvent>>,
): Promise<void> {
  const { table } = options.workshop;
  // Asked anew for each event: what was allowed at its start may have been taken back.
  const linked = (rows: readonly SessionRow[]) => rowsFor(options, request, rows);
  const tell = (event: () => InstructorEvent) => {
    // A stream lives for hours; what was allowed at its start may have been taken back.
    if (isStillHelper(options.access, request)) stream.send(event());
    else stream.end();
  };
  // Of a session that is gone it is not known any more whose it was, but whether it was told here.
  const told = new Set<string>();
  const shown = (rows: readonly SessionRow[]) => {
    const theirs = linked(rows);
    for (const { id } of theirs) told.add(id);
    return theirs;
  };
  const tellAll = () =>
    tell(() => {
      told.clear();
      return { type: "sessions", rows: shown(table.rows()) };
    });
  tellAll();
  const stopStaff = options.staff.onChange(tellAll);
  const stop = table.follow((changes) => {
    tell(() => {
      const gone = changes.gone.filter((id) => told.delete(id));
      return { type: "changes", rows: shown(changes.rows), gone };
    });
  });
  const tellOfInstallation = (event: InstructorEvent) => {
    if (isAtLeast(options.access.rolesOf(request)({}), "helper")) tell(() => event);
  };
  const stopDisk = options.disk.follow((disk) => tellOfInstallation({ type: "disk", disk }));
  const stopHealth = options.healthWatch.follow((problems) =>
    tellOfInstallation({ type: "health", problems }),
  );
  stream.signal.addEventListener(
    "abort",
    () => {
      stop();
      stopStaff();
      stopDisk();
      stopHealth();
    },
    { once: true },
  );
  const disk = await options.disk.state();
  if (disk.isFull) tellOfInstallation({ type: "disk", disk });
}

/** Asks for as many; throws where there are fewer, saying how many there are and why. */
async function createMany<T>(count: number, create: () => Promise<T>): Promise<T[]> {
  const made: PromiseSettledResult<T>[] = [];
  while (made.length < count) {
    const batch = Math.min(CONCURRENCY, count - made.length);
    made.push(...(await Promise.allSettled(Array.from({ length: batch }, create))));
  }
  const sessions = made.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = made.find((result) => result.status === "rejected");
  if (failed === undefined) return sessions;
  if (sessions.length === 0) throw failed.reason;
  const { problem } = problemOf(failed.reason);
  throw new ServerError(
    serverErrorCodes.sessionsMissing,
    `Only ${String(sessions.length)} of ${String(count)} sessions could be asked for; they are in the list. The others were not: ${problem.error.message}`,
    failed.reason,
  );
}
