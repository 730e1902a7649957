import { Router } from "express";
import type { Access } from "../access.js";
import { askAgain } from "../ask-again.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { Workshop } from "../../workshop/workshop.js";

export interface FileRoutes {
  workshop: Workshop;
  access: Access;
}

/** Scripts inside an author's SVG must not run as a page of ours, even when it is opened by itself. */
const FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** `api/sessions/ID/files/PATH`: pictures and files of the session's lab. */
export function createFileRoutes({ workshop, access }: FileRoutes): Router {
  const router = Router();
  router.get("/sessions/:id/files/*path", async (request, response, next) => {
    const { id } = request.params;
    await askAgain(workshop, id, (session) => access.requireFiles(session, request.query.key));
    const path = request.params.path.join("/");
    if (isSuspicious(request.params.path)) throw notFound(path);
    const file = await workshop.file(id, path);
    response.set({ "content-security-policy": FILE_POLICY, "cache-control": "private, max-age=300" });
    response.sendFile(file, { dotfiles: "allow", cacheControl: false }, (error?: Error) => {
      if (error && !response.headersSent) next(notFound(path));
    });
  });
  return router;
}

/** Whether a path leads out of where it begins. Segments are decoded by now: what was `%2e%2e%2f` is `../` here. */
export function isSuspicious(segments: readonly string[]): boolean {
  return segments.some((segment) => segment === ".." || /[/\\\0]/.test(segment));
}

function notFound(path: string): ServerError {
  return new ServerError(serverErrorCodes.notFound, `The lab has no file "${path}".`);
}
