import { type Response, Router } from "express";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access } from "../access.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { type CounterFactory, createRateLimit } from "../rate-limit.js";

export interface ArchiveRoutes {
  workshop: Pick<Workshop, "session" | "archive">;
  access: Pick<Access, "requireSession" | "requireLearner">;
  counter: CounterFactory;
}

/** Without a byte that the browser takes; whoever does not read holds what is to be sent in the server's memory. */
const STALLED_MS = 60_000;

/** `api/sessions/ID/archive`: all that its learner may take home, as one file. */
export function createArchiveRoutes({ workshop, access, counter }: ArchiveRoutes): Router {
  const router = Router();
  // Each holds up to 16 MiB of the server's memory while it is sent, so that a session has one at a time.
  const underWay = new Set<string>();
  const begin = (session: string, response: Response): void => {
    if (underWay.has(session)) throw oneAtATime();
    if (response.closed) return;
    underWay.add(session);
    response.once("close", () => underWay.delete(session));
    response.setTimeout(STALLED_MS, () => response.destroy());
  };
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
    begin(session.id, response);
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

function oneAtATime(): ServerError {
  return new ServerError(
    serverErrorCodes.tooManyRequests,
    "A download of everything of this session is still under way. Wait for its end, or cancel it in the browser, and begin anew.",
  );
}
