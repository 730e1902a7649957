import { createHash } from "node:crypto";
import { Router, raw } from "express";
import type { Request, Response } from "express";
import { MAX_EDITED_BYTES } from "../../../workshop/common/editor/file-limits.js";
import type { SessionHost } from "../../../terminal/common/session-host.js";
import type { Access, GuardedSession } from "../access.js";
import { ServerError, serverErrorCodes } from "../../errors.js";

export interface HomeRoutes {
  workshop: { session(id: string): GuardedSession };
  access: Pick<Access, "requireSession" | "requireLearner">;
  host: Pick<SessionHost, "read" | "replace" | "list">;
}

/** A learner's file opened by itself is no page of ours. */
const FILE_HEADERS = {
  "content-security-policy": "default-src 'none'; sandbox",
  "content-disposition": "attachment",
  "content-type": "application/octet-stream",
};

/**
 * `api/sessions/ID/home`: folders and files of the learner's home, read and written as the learner. A file has its SHA-256 as `ETag`;
 * it is written with `If-Match` of what was read, or `If-None-Match: *` where it is to be new; with `folders=make` the folders on its way are made.
 */
export function createHomeRoutes({ workshop, access, host }: HomeRoutes): Router {
  const router = Router();
  const own = (request: Request<{ id: string }>): GuardedSession => {
    const session = workshop.session(request.params.id);
    access.requireSession(request, session);
    return session;
  };
  router.get("/sessions/:id/home/folder", async (request, response) => {
    response.json(await host.list(own(request).id, pathOf(request)));
  });
  router.get("/sessions/:id/home/file", async (request, response) => {
    const bytes = await host.read(own(request).id, pathOf(request), MAX_EDITED_BYTES);
    const version = versionOf(bytes);
    response.set({ ...FILE_HEADERS, etag: `"${version}"` });
    // Whoever has it already asks only whether it is another by now.
    if (request.get("if-none-match") === `"${version}"`) response.status(304).end();
    else response.end(bytes);
  });
  router.put(
    "/sessions/:id/home/file",
    raw({ type: FILE_HEADERS["content-type"], limit: MAX_EDITED_BYTES }),
    async (request: Request<{ id: string }>, response: Response) => {
      const session = own(request);
      access.requireLearner(request, session, "change its files");
      const content = bodyOf(request);
      const version = expectedVersion(request);
      const path = pathOf(request);
      const makesFolders = request.query["folders"] === "make";
      await host.replace(session.id, {
        path,
        content,
        ...(version !== undefined && { version }),
        ...(makesFolders && { makesFolders }),
      });
      response
        .set({ etag: `"${versionOf(content)}"` })
        .status(204)
        .end();
    },
  );
  return router;
}

function bodyOf({ body }: Request<{ id: string }>): Buffer {
  const content: unknown = body;
  if (Buffer.isBuffer(content)) return content;
  throw badRequest("A file is sent as application/octet-stream.");
}

/** `undefined` for a file that is to be new. */
function expectedVersion(request: Request<{ id: string }>): string | undefined {
  if (request.get("if-none-match") === "*") return undefined;
  const version = /^"([0-9a-f]{64})"$/.exec(request.get("if-match") ?? "")?.[1];
  if (version !== undefined) return version;
  throw badRequest(
    'A file is written with the header If-Match and the ETag it was read with, or with "If-None-Match: *".',
  );
}

function pathOf(request: Request<{ id: string }>): string {
  const { path } = request.query;
  if (typeof path === "string") return path;
  throw badRequest("The address names no file: ?path= is to be a path of the home.");
}

function versionOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function badRequest(message: string): ServerError {
  return new ServerError(serverErrorCodes.badRequest, message);
}
