import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import type { GivenFiles, SessionView } from "../../../workshop/common/api.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";

export interface GivenFileRoutes {
  workshop: Pick<Workshop, "session" | "givenFiles" | "giveBack">;
  access: Pick<Access, "requireSession" | "requireLearner">;
}

/** As long as paths of Linux are. */
const wanted = z.strictObject({ path: z.string().min(1).max(4_096) });

/** `api/sessions/ID/given-files`: what the home began with, and one of those files as it was. */
export function createGivenFileRoutes({ workshop, access }: GivenFileRoutes): Router {
  const router = Router();
  const own = (request: Request<{ id: string }>): SessionView => {
    const session = workshop.session(request.params.id);
    access.requireSession(request, session);
    return session;
  };
  router.get("/sessions/:id/given-files", async (request, response) => {
    response.json((await workshop.givenFiles(own(request).id)) satisfies GivenFiles);
  });
  router.post("/sessions/:id/given-files", async (request, response) => {
    const session = own(request);
    access.requireLearner(request, session, "change its files");
    await workshop.giveBack(session.id, parseBody(wanted, request.body).path);
    response.status(204).end();
  });
  return router;
}
