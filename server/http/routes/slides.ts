import type { Request, Response } from "express";
import { Router } from "express";
import type { SlidesContent } from "../../../workshop/node/slides.js";
import { ServerError, serverErrorCodes } from "../../errors.js";
import { sandboxedHeaders } from "../../ingress/forwarded-headers.js";
import { answerInstead } from "../../ingress/ingress-answers.js";
import { checkPathOrigin } from "../../ingress/ingress-origin.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access } from "../access.js";
import { askAgain } from "../ask-again.js";
import { problemOf } from "../problem.js";
import { isSuspicious } from "./files.js";

export interface SlidesRoutes {
  workshop: Workshop;
  access: Access;
}

/** Ours say whom a page of ours may speak with; slides are nobody's pages, and a new tab of theirs may be opened. */
const OF_OUR_PAGES = ["x-frame-options", "cross-origin-opener-policy"];

/**
 * `api/sessions/ID/slides/KEY/PATH`: the slides of the session's lab. Whoever wrote them, they are as an application of a session: their
 * scripts run as nobody, by the sandbox that every answer carries, and nothing that is a page of ours takes them in.
 */
export function createSlidesRoutes({ workshop, access }: SlidesRoutes): Router {
  const router = Router();
  router.get("/sessions/:id/slides/:key{/*path}", async (request, response) => {
    const { id, key } = request.params;
    for (const header of OF_OUR_PAGES) response.removeHeader(header);
    response.set(sandboxedHeaders(request.headers.origin) as Record<string, string>);
    try {
      checkPathOrigin(request);
      await askAgain(workshop, id, (session) => access.requireFiles(session, key));
      const path = pathIn(request);
      if (path === undefined) return response.redirect(301, `${key}/`);
      await sendContent(response, await workshop.slides(id, path), request);
    } catch (error) {
      refuse(request, response, error);
    }
  });
  return router;
}

/** Relative to the folder of the slides; `undefined` where the slash is missing that what a slide names is found by. */
function pathIn({ params, path }: Pick<Request<{ path?: string[] }>, "params" | "path">): string | undefined {
  const segments = params.path ?? [];
  if (isSuspicious(segments))
    throw new ServerError(
      serverErrorCodes.notFound,
      `The lab's slides have no file "${segments.join("/")}".`,
    );
  if (segments.length === 0 && !path.endsWith("/")) return undefined;
  return segments.join("/");
}

function sendContent(
  response: Response,
  content: SlidesContent,
  request: Request<{ path?: string[] }>,
): Promise<void> {
  response.set("cache-control", "private, no-cache");
  if ("html" in content) {
    response.type("html").send(content.html);
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    response.sendFile(content.file, { dotfiles: "allow", cacheControl: false }, (error?: Error) => {
      if (error) refuse(request, response, error);
      resolve();
    });
  });
}

/** Where a browser shows it in the place of the slides, in words. */
function refuse(request: Request<{ path?: string[] }>, response: Response, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const { status, problem } = problemOf(error);
  const page = { status, title: "These slides cannot be shown", text: [problem.error.message] };
  answerInstead(request, response, { page, code: problem.error.code, isBelowPath: true });
}
