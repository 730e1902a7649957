import { Router } from "express";
import type { SessionHost } from "../../../terminal/common/session-host.js";
import type { Access } from "../access.js";

export interface RecordingRoutes {
  host: Pick<SessionHost, "recordings" | "recording">;
  access: Access;
}

/** `api/instructor/recordings`: what the shells of live sessions showed, for instructors. */
export function createRecordingsRouter({ host, access }: RecordingRoutes): Router {
  const router = Router();
  router.use("/instructor/recordings", (request, _response, next) => {
    access.requireInstructor(request);
    next();
  });
  router.get("/instructor/recordings", async (_request, response) => {
    response.json(await host.recordings());
  });
  router.get("/instructor/recordings/:session/:name", async (request, response) => {
    const { session, name } = request.params;
    for await (const piece of host.recording(session, name)) {
      if (response.destroyed) return;
      // With the first piece: where there is none, the answer is a problem.
      if (!response.headersSent) response.type("application/x-asciicast");
      if (!response.write(piece)) await drained(response);
    }
    response.end();
  });
  return router;
}

/** Resolves when more may be written, or nobody reads any more. */
function drained(response: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.on("drain", settle);
    response.on("close", settle);
  });
}
