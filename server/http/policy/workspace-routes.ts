import { Router } from "express";

import { workspaceBody } from "./bodies.js";
import type { PolicyRoutesContext } from "./router.js";

/** The organization itself and its workspaces. */
export function workspaceRoutes({ policies, organizationOf }: PolicyRoutesContext): Router {
  const router = Router();
  router.get("/organization", async (request, response) => {
    response.json({ organization: await policies.getOrganization(organizationOf(request)) });
  });
  router.get("/workspaces", async (request, response) => {
    const workspaces = await policies.listWorkspaces(organizationOf(request));
    response.json({ workspaces, totalCount: String(workspaces.length) });
  });
  router.post("/workspaces", async (request, response) => {
    const { fullName, meta: description } = workspaceBody.parse(request.body).workspace;
    const wanted = { name: fullName.name, ...(description !== undefined && { description }) };
    response.json({ workspace: await policies.createOwnWorkspace(organizationOf(request), wanted) });
  });
  router.get("/workspaces/:name", async (request, response) => {
    response.json({ workspace: await policies.getWorkspace(organizationOf(request), request.params.name) });
  });
  router.delete("/workspaces/:name", async (request, response) => {
    await policies.deleteWorkspace(organizationOf(request), request.params.name);
    response.json({});
  });
  return router;
}
