import { Router } from "express";

import { workspaceBody } from "./bodies.js";
import { pageOf } from "./list-page.js";
import type { PolicyRoutesContext } from "./router.js";
import { writeOptions } from "./write-options.js";

/** The organization itself and its workspaces. */
export function workspaceRoutes(context: PolicyRoutesContext): Router {
  const { policies, organizationOf, authorization } = context;
  const router = Router();
  router.get("/organization", async (request, response) => {
    response.json({ organization: await policies.getOrganization(organizationOf(request)) });
  });
  router.get("/workspaces", async (request, response) => {
    const all = await policies.listWorkspaces(organizationOf(request));
    const visible = await authorization.visible(request, all, ({ fullName }) => fullName.name);
    const { page: workspaces, totalCount } = pageOf(request, visible);
    response.json({ workspaces, totalCount });
  });
  router.post("/workspaces", async (request, response) => {
    const { fullName, meta } = workspaceBody.parse(request.body).workspace;
    const wanted = { organization: organizationOf(request), name: fullName.name, ...meta };
    response.json({ workspace: await policies.createOwnWorkspace(wanted, writeOptions(context, request)) });
  });
  router.get("/workspaces/:name", async (request, response) => {
    response.json({ workspace: await policies.getWorkspace(organizationOf(request), request.params.name) });
  });
  router.delete("/workspaces/:name", async (request, response) => {
    const address = { organization: organizationOf(request), name: request.params.name };
    await policies.deleteWorkspace(address, writeOptions(context, request));
    response.json({});
  });
  return router;
}
