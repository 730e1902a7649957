import { type Request, Router } from "express";

import { CHANGED_KINDS, type Change, type ChangeList } from "../../../policy/common/history-api.js";
import { namespaceOf } from "../../../policy/node/history/record-namespace.js";
import type { PolicyRoutesContext } from "./router.js";
import { writeOptions } from "./write-options.js";

/** What was changed, by whom; and what makes it what it was. */
export function historyRoutes(context: PolicyRoutesContext): Router {
  const router = Router();
  mount(router, "/organization/history", context);
  mount(router, "/workspaces/:workspace/history", context);
  router.get("/image-policies/history", async (request, response) => {
    const organization = context.organizationOf(request);
    const all = await context.policies.listHistory({ organization, everywhere: true, ...wanted(request) });
    response.json(
      listOf(await context.authorization.visible(request, all, ({ workspaceName }) => workspaceName)),
    );
  });
  return router;
}

function mount(router: Router, path: string, context: PolicyRoutesContext): void {
  const { policies, organizationOf, authorization } = context;
  const scopeOf = (request: Request) => {
    const workspace = request.params["workspace"];
    return { organization: organizationOf(request), ...(typeof workspace === "string" && { workspace }) };
  };
  router.get(path, async (request, response) => {
    response.json(listOf(await policies.listHistory({ ...scopeOf(request), ...wanted(request) })));
  });
  router.get(`${path}/:id`, async (request, response) => {
    response.json({ change: await policies.getChange(scopeOf(request), idOf(request)) });
  });
  router.post(`${path}/:id/restore`, async (request, response) => {
    const [scope, id] = [scopeOf(request), idOf(request)];
    const { kind, name } = await policies.getChange(scope, id);
    if (kind === "workspace") await authorization.require(request, "edit");
    // It may be in another workspace by now.
    if (kind === "namespace") {
      const { cluster, namespace } = namespaceOf(name);
      await authorization.requireOnNamespace(request, "admin", namespace, cluster);
    }
    response.json({ change: await policies.restoreChange(scope, { id, ...writeOptions(context, request) }) });
  });
}

function idOf({ params }: Request): string {
  return String(params["id"]);
}

/** `?kind=policy&name=NAME` asks for the changes of one thing. */
function wanted({ query }: Request): Partial<Pick<Change, "kind" | "name">> {
  const kind = CHANGED_KINDS.find((each) => each === query["kind"]);
  const { name } = query;
  return { ...(kind !== undefined && { kind }), ...(typeof name === "string" && { name }) };
}

function listOf(changes: Change[]): ChangeList {
  return { changes, totalCount: String(changes.length) };
}
