import { Router } from "express";

import { mayAnywhere, mayAt } from "../../../policy/common/roles.js";
import { verifyBody } from "./bodies.js";
import type { PolicyRoutesContext } from "./router.js";

/** What registries told of images, and having one looked at now. */
export function knownImageRoutes({ policies, organizationOf, authorization }: PolicyRoutesContext): Router {
  const router = Router();
  router.get("/image-policies/known-images", async (request, response) => {
    await authorization.requireEverywhere(request);
    const images = await policies.listKnownImages(organizationOf(request));
    response.json({ images, totalCount: String(images.length) });
  });
  router.post("/image-policies/verify", async (request, response) => {
    const { image } = verifyBody.parse(request.body);
    const permissions = await authorization.permissionsOf(request);
    const images = await policies.verifyImage(organizationOf(request), image, {
      isAccepted: mayAt(permissions, "edit"),
      isKept: mayAnywhere(permissions, "edit"),
    });
    response.json({ images, totalCount: String(images.length) });
  });
  return router;
}
