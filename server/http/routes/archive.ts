import { Router } from "express";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access } from "../access.js";
import { type CounterFactory, createRateLimit } from "../rate-limit.js";

export interface ArchiveRoutes {
  workshop: Pick<Workshop, "session" | "archive">;
  access: Pick<Access, "requireSession" | "requireLearner">;
  counter: CounterFactory;
}

/** `api/sessions/ID/archive`: all that its learner may take home, as one file. */
export function createArchiveRoutes({ workshop, access, counter }: ArchiveRoutes): Router {
  const router = Router();
  // Each holds up to 16 MiB of the server's memory while it is sent.
  const packing = createRateLimit({
    what: "downloads of everything",
    from: "of one session",
    burst: 2,
    perMinute: 4,
    counter,
  });
  router.get("/sessions/:id/archive", async (request, response) => {
    const session = workshop.session(request.params.id);
    access.requireSession(request, session);
    access.requireLearner(request, session, "download its files");
    await packing.take(session.id);
    const bytes = await workshop.archive(session.id);
    response.set({
      "content-security-policy": "default-src 'none'; sandbox",
      "content-disposition": `attachment; filename="${session.id}.tar.gz"`,
      "content-type": "application/gzip",
    });
    response.end(bytes);
  });
  return router;
}
