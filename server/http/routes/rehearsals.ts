import { type Request, Router } from "express";
import type { Logger } from "pino";
import { z } from "zod";
import { MAX_REHEARSING, type EventResource } from "../../../workshop/common/event.js";
import type { RehearsalEvent } from "../../../workshop/common/rehearsal.js";
import type { RehearsalView } from "../../../workshop/common/kept-rehearsal.js";
import type { KeptRehearsals } from "../../event/kept-rehearsals.js";
import type { RehearsalOptions, Rehearsed } from "../../event/rehearsals.js";
import { parseBody } from "../body.js";
import { problemOf } from "../problem.js";
import { openEventStream } from "../server-sent-events.js";

export interface RehearsalRoutes {
  find: (name: string) => Promise<EventResource>;
  rehearse: (event: EventResource, options: RehearsalOptions) => Promise<Rehearsed>;
  kept: Pick<KeptRehearsals, "last" | "start" | "stop">;
  /** Where browsers reach Lectern. */
  url: (request: Request) => string;
  log: Pick<Logger, "warn">;
}

const wanted = z.strictObject({ learners: z.number().int().min(1).max(MAX_REHEARSING).default(1) });

/**
 * `api/instructor/workshop-events/NAME/rehearsal`: POST goes on as long as somebody listens; `kept-rehearsal` beside it is begun, looked at and
 * stopped by pages, and its outcome stays. Who may is asked by the router of events.
 */
export function createRehearsalRouter({ find, rehearse, kept, url, log }: RehearsalRoutes): Router {
  const router = Router();
  const path = "/instructor/workshop-events/:name/kept-rehearsal";
  router.get(path, async (request, response) => {
    const rehearsal = await kept.last(await find(request.params.name));
    response.json({ ...(rehearsal && { rehearsal }) } satisfies RehearsalView);
  });
  router.post(path, async (request, response) => {
    const { learners } = parseBody(wanted, request.body);
    const rehearsal = await kept.start(await find(request.params.name), learners);
    response.status(202).json({ rehearsal } satisfies RehearsalView);
  });
  router.delete(path, async (request, response) => {
    const rehearsal = await kept.stop(await find(request.params.name));
    response.json({ ...(rehearsal && { rehearsal }) } satisfies RehearsalView);
  });
  router.post("/instructor/workshop-events/:name/rehearsal", async (request, response) => {
    const { learners } = parseBody(wanted, request.body);
    const event = await find(request.params.name);
    const stream = openEventStream<RehearsalEvent>(response);
    const { signal } = stream;
    const send = (told: RehearsalEvent): void => stream.send(told);
    try {
      const onLearner: RehearsalOptions["onLearner"] = (finding) => send({ type: "learner", finding });
      const rehearsed = await rehearse(event, { learners, signal, onLearner });
      send({ type: "rehearsed", ...rehearsed, page: url(request) });
    } catch (error) {
      log.warn({ err: error, event: event.metadata.name }, "a rehearsal has stopped");
      send({ type: "refused", ...problemOf(error).problem });
    } finally {
      stream.end();
    }
  });
  return router;
}
