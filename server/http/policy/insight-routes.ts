import { type Request, Router } from "express";

import type { ExplainRequest } from "../../../policy/common/tmc-api.js";
import { policyManifest } from "../../../policy/common/manifest.js";
import { clusterOf } from "./authorization.js";
import { type ExplainBody, explainBody, previewBody } from "./bodies.js";
import type { PolicyRoutesContext } from "./router.js";

/** What TMC never had: what holds, why, what would change, what was refused. */
export function insightRoutes({ policies, organizationOf, authorization }: PolicyRoutesContext): Router {
  const router = Router();
  // What a policy of the organization refuses is told of every workspace.
  const requireSight = async (request: Request, workspace?: string) =>
    workspace === undefined
      ? authorization.requireEverywhere(request)
      : authorization.require(request, "view", workspace);
  router.get("/image-policies/effective/:namespace", async (request, response) => {
    const { namespace } = request.params;
    response.json(await policies.effectivePolicies(organizationOf(request), namespace, clusterOf(request)));
  });
  router.post("/image-policies/explain", async (request, response) => {
    const question = questionOf(explainBody.parse(request.body));
    await authorization.requireOnNamespace(request, "view", question.namespace, question.clusterName);
    response.json(await policies.explain(organizationOf(request), question));
  });
  router.post("/image-policies/preview", async (request, response) => {
    const { policy, remove, namespace, exception } = previewBody.parse(request.body);
    if (namespace !== undefined) {
      await authorization.requireOnNamespace(request, "view", namespace.name, namespace.clusterName);
      if (namespace.workspaceName !== null)
        await authorization.require(request, "view", namespace.workspaceName);
      const { labels, clusterName, ...change } = namespace;
      const asked = {
        ...change,
        ...(clusterName !== undefined && { clusterName }),
        ...(labels !== undefined && { labels }),
      };
      response.json(await policies.previewNamespace(organizationOf(request), asked));
      return;
    }
    if (exception !== undefined) {
      const { name, workspaceName } = exception;
      await requireSight(request, workspaceName);
      const place = workspaceName === undefined ? {} : { workspace: workspaceName };
      const address = { organization: organizationOf(request), name, ...place };
      response.json(await policies.previewException(address, { remove }));
      return;
    }
    const workspace = policyManifest.parse(policy).fullName.workspaceName;
    await requireSight(request, workspace);
    const scope = { organization: organizationOf(request), ...(workspace !== undefined && { workspace }) };
    response.json(await policies.previewPolicy(scope, { policy, remove }));
  });
  router.get("/image-policies/violations", async (request, response) => {
    const all = await policies.listViolations(organizationOf(request));
    const violations = await authorization.visibleByNamespace(request, all);
    response.json({ violations, totalCount: String(violations.length) });
  });
  router.get("/image-policies/activity", async (request, response) => {
    const all = await policies.listActivity(organizationOf(request));
    response.json({ entries: await authorization.visibleByNamespace(request, all) });
  });
  return router;
}

function questionOf({ namespace, clusterName, image, pod, workload }: ExplainBody): ExplainRequest {
  return {
    namespace,
    ...(clusterName !== undefined && { clusterName }),
    ...(image !== undefined && { image }),
    ...(pod !== undefined && { pod }),
    ...(workload !== undefined && { workload }),
  };
}
