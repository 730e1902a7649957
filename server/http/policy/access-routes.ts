import { type Request, type RequestHandler, Router } from "express";

import type { PermissionsView } from "../../../policy/common/access-api.js";
import { POLICY_ERROR, PolicyError } from "../../../policy/node/errors.js";
import { apiTokenBody, bindingsBody, rolesBody } from "./bodies.js";
import type { PolicyRoutesContext } from "./router.js";

/** Who may do what: roles bound on the organization and on workspaces, and what logs users in. */
export function accessRoutes(context: PolicyRoutesContext): Router {
  const router = Router();
  const { authorization, organizationOf, userOf, groupsOf, issueToken } = context;
  router.get("/permissions", async (request, response) => {
    const answer: PermissionsView = {
      user: userOf(request),
      groups: groupsOf(request),
      permissions: await authorization.permissionsOf(request),
    };
    response.json(answer);
  });
  router.post("/organization/api-tokens", (request, response) => {
    const { user, groups } = apiTokenBody.parse(request.body).apiToken;
    response.json({ apiToken: { user, groups, token: issueToken(request, { user, groups }) } });
  });
  mount(router, "/organization\\:iam/:organization", context, (request) => {
    const organization = organizationOf(request);
    if (request.params["organization"] === organization) return { organization };
    const message = `organization "${String(request.params["organization"])}" not found; yours is "${organization}"`;
    throw new PolicyError(POLICY_ERROR.notFound, message);
  });
  mount(router, "/workspaces\\:iam/:workspace", context, (request) => ({
    organization: organizationOf(request),
    workspace: String(request.params["workspace"]),
  }));
  return router;
}

function mount(
  router: Router,
  path: string,
  { policies, userOf }: PolicyRoutesContext,
  scopeOf: (request: Request) => { organization: string; workspace?: string },
): void {
  const list: RequestHandler = async (request, response) => {
    response.json(await policies.listAccessPolicies(scopeOf(request)));
  };
  const replace: RequestHandler = async (request, response) => {
    const { roleBindings } = rolesBody.parse(request.body).policy;
    const wanted = { roleBindings, user: userOf(request) };
    response.json({ policy: await policies.replaceAccessPolicy(scopeOf(request), wanted) });
  };
  const change: RequestHandler = async (request, response) => {
    const deltas = bindingsBody.parse(request.body).bindingDeltaList;
    const wanted = { deltas, user: userOf(request) };
    response.json({ policy: await policies.changeAccessPolicy(scopeOf(request), wanted) });
  };
  router.get(path, list);
  router.put(path, replace);
  router.patch(path, change);
}
