import { Router } from "express";
import { z } from "zod";
import { ServerError, serverErrorCodes } from "../../errors.js";
import type { IngressAdmission } from "../../ingress/ingress-admission.js";
import type { Workshop } from "../../workshop/workshop.js";
import type { Access } from "../access.js";
import { parseBody } from "../body.js";

export interface IngressRoutes {
  workshop: Workshop;
  access: Access;
  admission: Pick<IngressAdmission, "addressFor">;
}

/** Path and query in the application; what a browser would read as another host is none. */
const place = z.strictObject({
  path: z
    .string()
    .max(2000)
    .regex(/^\/(?![/\\])/, "must begin with one /"),
});

/** `api/sessions/ID/ingresses/NAME/address`: the address by which this browser is let into an application of the session. */
export function createIngressRoutes({ workshop, access, admission }: IngressRoutes): Router {
  const router = Router();
  router.post("/sessions/:id/ingresses/:name/address", (request, response) => {
    const { id, name } = request.params;
    const session = workshop.session(id);
    access.requireSession(request, session);
    if (workshop.ingress(id, name) === undefined)
      throw new ServerError(serverErrorCodes.notFound, `The lab of session ${id} has no ingress "${name}".`);
    const { path } = parseBody(place, request.body);
    response.json({ url: admission.addressFor(request, session, { ingress: name, path }) });
  });
  return router;
}
