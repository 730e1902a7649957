import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Request, Response } from "express";
import { Router, static as serveStatic } from "express";
import { ServerError, serverErrorCodes } from "../errors.js";

export interface PageOptions {
  /** The folder of the built browser files. */
  folder: string;
  /** Where Lectern is mounted, as the browser sees it, ending in `/`. */
  base: (request: Request) => string;
}

const YEAR_MS = 365 * 24 * 3600 * 1000;

/** Serves the browser's files, and the one page for every address of a screen; the page learns from a `meta` element where it is mounted. */
export function createPagesRouter({ folder, base }: PageOptions): Router {
  const router = Router();
  const template = readTemplate(folder);
  // Built files carry a hash of their content in their names.
  router.use(
    "/assets",
    serveStatic(join(folder, "assets"), {
      index: false,
      immutable: true,
      maxAge: YEAR_MS,
      fallthrough: false,
    }),
  );
  router.use(serveStatic(folder, { index: false, maxAge: "1h" }));
  const send = (request: Request, response: Response) =>
    response
      .set("cache-control", "no-cache")
      .type("html")
      .send(mounted(template, base(request)));
  router.get(
    ["/", "/s/*path", "/e/*path", "/instructor", "/instructor/*path", "/sign-in", "/launch", "/index.html"],
    send,
  );
  // For a person the page says that there is nothing here; programs get a problem.
  router.get("/*path", (request, response, next) => {
    if (request.accepts(["json", "html"]) === "html") send(request, response.status(404));
    else next();
  });
  return router;
}

function readTemplate(folder: string): string {
  try {
    return readFileSync(join(folder, "index.html"), "utf8");
  } catch (error) {
    const message = `The browser files are missing: ${folder}/index.html cannot be read. Build them with "npm run build".`;
    throw new ServerError(serverErrorCodes.notReady, message, error);
  }
}

/** The browser resolves every other address against `<base>`, so these two are all that depends on the mount point. */
function mounted(template: string, base: string): string {
  return template
    .replace(/(<base\s+href=")[^"]*(")/, (_match, start: string, end: string) => `${start}${base}${end}`)
    .replace(
      /(<meta\s+name="lectern-base"\s+content=")[^"]*(")/,
      (_match, start: string, end: string) => `${start}${base}${end}`,
    );
}
