import { Router } from "express";
import type { Access } from "../access.js";
import type { Mount } from "../mount.js";
import type { Workshop } from "../../workshop/workshop.js";

export interface LinkRoute {
  workshop: Workshop;
  access: Access;
  mount: Mount;
}

/** `s/SESSION?access=TOKEN`: the link an instructor hands out; admits the browser and leaves the token out of the address. */
export function createLinkRoute({ workshop, access, mount }: LinkRoute): Router {
  const router = Router();
  router.get("/s/:id", (request, response, next) => {
    const { access: token } = request.query;
    if (typeof token !== "string") {
      next();
      return;
    }
    const session = workshop.sessions().find(({ id }) => id === request.params.id);
    // A link that is not valid (any more) leads to the page all the same: it says what is wrong better than an answer here could.
    if (session !== undefined && access.opens(session, token)) access.admit(request, response, session);
    response
      .set("cache-control", "no-store")
      .redirect(303, `${mount.base(request)}s/${encodeURIComponent(request.params.id)}`);
  });
  return router;
}
