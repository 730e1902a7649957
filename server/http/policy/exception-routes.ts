import { type Request, type RequestHandler, Router } from "express";

import type { ExceptionList, ExceptionView } from "../../../policy/common/exception-api.js";
import { decisionBody, exceptionBody } from "./bodies.js";
import type { PolicyRoutesContext } from "./router.js";
import { writeOptions } from "./write-options.js";

/** What is excepted from policies of the organization and of workspaces: asked for, granted or denied, and taken back. */
export function exceptionRoutes(context: PolicyRoutesContext): Router {
  const router = Router();
  mount(router, "/organization/exceptions", context);
  mount(router, "/workspaces/:workspace/exceptions", context);
  router.get("/image-policies/exceptions", async (request, response) => {
    const organization = context.organizationOf(request);
    const all = await context.policies.listExceptions({ organization, everywhere: true });
    response.json(
      listOf(await context.authorization.visible(request, all, ({ fullName }) => fullName.workspaceName)),
    );
  });
  return router;
}

function mount(
  router: Router,
  path: string,
  { policies, organizationOf, userOf, authorization }: PolicyRoutesContext,
): void {
  const scopeOf = (request: Request) => {
    const workspace = request.params["workspace"];
    return { organization: organizationOf(request), ...(typeof workspace === "string" && { workspace }) };
  };
  const addressOf = (request: Request) => ({ ...scopeOf(request), name: String(request.params["name"]) });
  const decide =
    (isGranted: boolean): RequestHandler =>
    async (request, response) => {
      const { note, resourceVersion } = decisionBody.parse(request.body ?? {});
      const decision = {
        isGranted,
        ...writeOptions({ userOf }, request),
        ...(note != null && { note }),
        ...(resourceVersion != null && { resourceVersion }),
      };
      response.json({ exception: await policies.decideException(addressOf(request), decision) });
    };

  router.get(path, async (request, response) => {
    response.json(listOf(await policies.listExceptions(scopeOf(request))));
  });
  router.post(path, async (request, response) => {
    const { exception } = exceptionBody.parse(request.body);
    const asked = { input: exception, ...writeOptions({ userOf }, request) };
    response.json({ exception: await policies.requestException(scopeOf(request), asked) });
  });
  router.get(`${path}/:name`, async (request, response) => {
    response.json({ exception: await policies.getException(addressOf(request)) });
  });
  router.post(`${path}/:name/grant`, decide(true));
  router.post(`${path}/:name/deny`, decide(false));
  router.delete(`${path}/:name`, async (request, response) => {
    const { status } = await policies.getException(addressOf(request));
    if (status.requestedBy !== userOf(request))
      await authorization.require(request, "admin", scopeOf(request).workspace);
    await policies.deleteException(addressOf(request), writeOptions({ userOf }, request));
    response.json({});
  });
}

function listOf(exceptions: ExceptionView[]): ExceptionList {
  return { exceptions, totalCount: String(exceptions.length) };
}
