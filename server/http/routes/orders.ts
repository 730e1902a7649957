import { randomBytes } from "node:crypto";
import { Router } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import { MAX_ANNOUNCEMENT, MAX_COMMAND, announce } from "../../../workshop/common/announcement.js";
import { type Role, isAtLeast } from "../../../workshop/common/account-api.js";
import type {
  Order,
  OrderAction,
  OrderEvent,
  OrderOutcome,
} from "../../../workshop/common/instructor-api.js";
import { isOver } from "../../../workshop/common/session.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access, OfEvent } from "../access.js";
import { parseBody } from "../body.js";
import { orderId } from "../order-id.js";
import { problemOf } from "../problem.js";
import { openEventStream } from "../server-sent-events.js";
import { sessionClock } from "../../../workshop/node/session-clock.js";

export interface OrderRoutes {
  workshop: Workshop;
  access: Pick<Access, "requireRole" | "rolesOf">;
  log: Pick<Logger, "info">;
}

const MAX_SESSIONS = 1_000;
const MAX_MINUTES = 7 * 24 * 60;
/** Sessions changed at the same time; giving time runs a program in each. */
const CONCURRENCY = 8;
const ID_BYTES = 9;
const EVENT_STREAM = "text/event-stream";

const minutes = z.number().int().min(1).max(MAX_MINUTES);
const order = z.strictObject({
  id: orderId,
  to: z.union([
    z.strictObject({ all: z.literal(true) }),
    z.strictObject({ event: z.string().min(1).max(63) }),
    z.strictObject({ sessions: z.array(z.string().min(1).max(63)).min(1).max(MAX_SESSIONS) }),
  ]),
  do: z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("announce"),
      text: z.string().trim().min(1).max(MAX_ANNOUNCEMENT),
      command: z.string().trim().min(1).max(MAX_COMMAND).optional(),
      asks: z.literal(true).optional(),
    }),
    z.strictObject({ type: z.literal("pause"), minutes }),
    z.strictObject({ type: z.literal("resume") }),
    z.strictObject({ type: z.literal("extend"), minutes }),
    z.strictObject({ type: z.literal("end"), minutes: z.number().int().min(0).max(MAX_MINUTES) }),
  ]),
});

/**
 * `api/instructor/orders`: the same for many sessions at once. Who asks for an event stream is told of each session as it is reached; an order
 * goes on when nobody listens any more.
 */
export function createOrderRoutes({ workshop, access, log }: OrderRoutes): Router {
  const router = Router();
  router.post("/instructor/orders", async (request, response) => {
    const least = leastRole(request.body);
    access.requireRole(request, least);
    const { id, to, do: action } = parseBody(order, request.body) as Order;
    if ("event" in to) access.requireRole(request, least, to);
    const roleIn = access.rolesOf(request);
    const ids = recipients(workshop, to, (row) => isAtLeast(roleIn(row), least));
    const stream =
      request.accepts(["json", EVENT_STREAM]) === EVENT_STREAM
        ? openEventStream<OrderEvent>(response)
        : undefined;
    stream?.send({ type: "begun", sessions: ids.length });
    const carryOut = actionOf(workshop, action, { id: id ?? newId(), now: sessionClock.now() });
    const outcomes = await eachAtMost(ids, async (session) => {
      const outcome = await outcomeOf(workshop, session, (one) => {
        access.requireRole(request, least, workshop.session(one));
        return carryOut(one);
      });
      stream?.send({ type: "outcome", outcome });
      return outcome;
    });
    const failed = outcomes.filter(({ problem }) => problem !== undefined).length;
    log.info({ order: action.type, sessions: ids.length, failed }, "an instructor's order was carried out");
    if (stream === undefined) return void response.json(outcomes);
    stream.send({ type: "done" });
    stream.end();
  });
  return router;
}

/** Giving time is what helpers may, in one session as in many. */
function leastRole(body: unknown): Role {
  const action = (body as Partial<Order> | undefined)?.do;
  return action?.type === "extend" ? "helper" : "instructor";
}

async function outcomeOf(workshop: Workshop, id: string, carryOut: CarryOut): Promise<OrderOutcome> {
  try {
    await workshop.lookUp(id);
    const view = await carryOut(id);
    return { id, ...(view === undefined ? {} : { expiresAt: view.expiresAt }) };
  } catch (error) {
    return { id, problem: problemOf(error).problem.error.message };
  }
}

/** Those that live and that who asks may order; of the named ones all, so that whoever named one hears what is the matter with it. */
function recipients({ table }: Workshop, to: Order["to"], isTheirs: (row: OfEvent) => boolean): string[] {
  if ("sessions" in to) return [...new Set(to.sessions)];
  return table
    .rows()
    .filter((row) => !isOver(row.phase) && ("all" in to || row.event === to.event) && isTheirs(row))
    .map(({ id }) => id);
}

/** Resolves to the session where its time is another one by it. */
type CarryOut = (id: string) => Promise<{ expiresAt: string } | undefined>;

/** Worked out once, so that all are told the same and wait for the same moment. */
function actionOf(
  workshop: Workshop,
  action: OrderAction,
  { id, now }: { id: string; now: number },
): CarryOut {
  const at = new Date(now).toISOString();
  switch (action.type) {
    case "announce": {
      const { type: _type, ...said } = action;
      return async (session) => void (await workshop.change(session, announce({ ...said, id, at })));
    }
    case "pause":
      return (session) => workshop.pauseSession(session, now + action.minutes * 60_000);
    case "resume":
      return (session) => workshop.pauseSession(session, undefined);
    case "extend":
      return (session) => workshop.extendSession(session, action.minutes, id);
    case "end":
      return action.minutes === 0
        ? async (session) => {
            await workshop.endSession(session);
            return undefined;
          }
        : async (session) => {
            const { expiresAt } = await workshop.shortenSession(session, action.minutes);
            const left = Math.max(1, Math.ceil((Date.parse(expiresAt) - sessionClock.now()) / 60_000));
            return workshop.change(session, announce({ text: endWords(left), tellsEnd: true, id, at }));
          };
  }
}

function endWords(left: number): string {
  return `Your session ends in ${String(left)} min. Take with you what you want to keep.`;
}

function newId(): string {
  return randomBytes(ID_BYTES).toString("base64url");
}

/** At most `CONCURRENCY` at once; the results are in the order of what they are of. */
async function eachAtMost<T, R>(all: readonly T[], act: (one: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  const left = all.entries();
  const worker = async (): Promise<void> => {
    for (const [at, one] of left) done[at] = await act(one);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return done;
}
