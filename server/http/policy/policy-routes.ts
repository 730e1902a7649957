import { type Request, type RequestHandler, Router } from "express";

import type { PolicyList, PolicyView } from "../../../policy/common/tmc-api.js";
import { policyBody } from "./bodies.js";
import type { PolicyRoutesContext } from "./router.js";
import { writeOptions } from "./write-options.js";

/** Policies of the organization and of workspaces: the same five verbs in two places. */
export function policyRoutes(context: PolicyRoutesContext): Router {
  const router = Router();
  mount(router, "/organization/policies", context);
  mount(router, "/workspaces/:workspace/policies", context);
  router.get("/image-policies", async (request, response) => {
    const organization = context.organizationOf(request);
    const all = await context.policies.listPolicies({ organization, everywhere: true });
    response.json(
      listOf(await context.authorization.visible(request, all, ({ fullName }) => fullName.workspaceName)),
    );
  });
  return router;
}

function mount(router: Router, path: string, context: PolicyRoutesContext): void {
  const { policies, organizationOf } = context;
  const scopeOf = (request: Request) => {
    const workspace = request.params["workspace"];
    return { organization: organizationOf(request), ...(typeof workspace === "string" && { workspace }) };
  };
  const addressOf = (request: Request) => ({ ...scopeOf(request), name: String(request.params["name"]) });

  const create: RequestHandler = async (request, response) => {
    const { policy } = policyBody.parse(request.body);
    response.json({
      policy: await policies.createPolicy(scopeOf(request), policy, writeOptions(context, request)),
    });
  };
  const update: RequestHandler = async (request, response) => {
    const address = addressOf(request);
    const { policy } = policyBody.parse(request.body);
    const named = { ...policy, fullName: { name: address.name } };
    response.json({ policy: await policies.updatePolicy(address, named, writeOptions(context, request)) });
  };
  const remove: RequestHandler = async (request, response) => {
    await policies.removePolicy(addressOf(request), writeOptions(context, request));
    response.json({});
  };

  router.get(path, async (request, response) => {
    response.json(listOf(await policies.listPolicies(scopeOf(request))));
  });
  router.post(path, create);
  router.get(`${path}/:name`, async (request, response) => {
    response.json({ policy: await policies.getPolicy(addressOf(request)) });
  });
  router.put(`${path}/:name`, update);
  router.delete(`${path}/:name`, remove);
}

function listOf(policies: PolicyView[]): PolicyList {
  return { policies, totalCount: String(policies.length) };
}
