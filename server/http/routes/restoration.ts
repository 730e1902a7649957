import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import type { SessionView } from "../../../workshop/common/api.js";
import { answerRestoration, dismissRestoration } from "../../../workshop/common/restoration.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";

export interface RestorationRoutes {
  workshop: Pick<Workshop, "session" | "change" | "restorePage">;
  access: Pick<Access, "requireSession" | "requireLearner">;
}

/** As long as names of pages may be, and ids of ours. */
const wanted = z.strictObject({ page: z.string().min(1).max(256) });
const answer = z.strictObject({ id: z.string().min(1).max(64), answer: z.enum(["go-on", "stop"]) });

/** `api/sessions/ID/restoration`: the way back to the start of a page, which takes away what the learner has made; nobody else may want that. */
export function createRestorationRoutes({ workshop, access }: RestorationRoutes): Router {
  const router = Router();
  const own = (request: Request<{ id: string }>): SessionView => {
    const session = workshop.session(request.params.id);
    access.requireSession(request, session);
    access.requireLearner(request, session, "take it back to the start of a page");
    return session;
  };
  router.post("/sessions/:id/restoration", async (request, response) => {
    const { id } = own(request);
    response.status(202).json(await workshop.restorePage(id, parseBody(wanted, request.body).page));
  });
  router.post("/sessions/:id/restoration/answer", async (request, response) => {
    const { id } = own(request);
    const given = parseBody(answer, request.body);
    response.json(await workshop.change(id, answerRestoration(given.id, given.answer, Date.now())));
  });
  router.delete("/sessions/:id/restoration/:restoration", async (request, response) => {
    const { id } = own(request);
    response.json(await workshop.change(id, dismissRestoration(request.params.restoration, Date.now())));
  });
  return router;
}
