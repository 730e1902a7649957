import { type Request, Router } from "express";

import type { NamespaceList, NamespaceView } from "../../../policy/common/tmc-api.js";
import { clusterBody, namespaceBody, namespaceChangeBody } from "./bodies.js";
import { pageOf } from "./list-page.js";
import type { PolicyRoutesContext } from "./router.js";
import { writeOptions } from "./write-options.js";

/** Registered clusters and the namespaces on them. */
export function clusterRoutes(context: PolicyRoutesContext): Router {
  const router = Router();
  const { policies, organizationOf, authorization } = context;
  router.get("/clusters", async (request, response) => {
    const clusters = await policies.listClusters(organizationOf(request));
    response.json({ clusters, totalCount: String(clusters.length) });
  });
  router.get("/clusters/:cluster", async (request, response) => {
    response.json({ cluster: await policies.getCluster(organizationOf(request), request.params.cluster) });
  });
  router.post("/clusters", async (request, response) => {
    const { cluster, kubeconfig } = clusterBody.parse(request.body);
    const description = cluster.meta?.description;
    const wanted = {
      organization: organizationOf(request),
      name: cluster.fullName.name,
      ...(description && { description }),
      ...(kubeconfig !== undefined && { kubeconfig }),
    };
    response.json({ cluster: await policies.attachCluster(wanted, writeOptions(context, request)) });
  });
  router.delete("/clusters/:cluster", async (request, response) => {
    const address = { organization: organizationOf(request), name: request.params.cluster };
    const force = request.query["force"] === "true";
    response.json(await policies.detachCluster(address, { ...writeOptions(context, request), force }));
  });
  router.get("/namespaces", async (request, response) => {
    const all = await policies.listNamespaces({ organization: organizationOf(request) });
    const namespaces = await authorization.visible(request, all.namespaces, workspaceOf);
    const unreachable = all.unreachable.length > 0 && { unreachableClusters: all.unreachable };
    response.json({ ...listOf(request, namespaces), ...unreachable });
  });
  addNamespaceRoutes(router, context);
  return router;
}

function addNamespaceRoutes(router: Router, context: PolicyRoutesContext): void {
  const { policies, organizationOf, authorization } = context;
  const all = "/clusters/:cluster/namespaces" as const;
  const one = "/clusters/:cluster/namespaces/:namespace" as const;
  router.get(all, async (request, response) => {
    const { cluster } = request.params;
    const attached = await policies.listNamespaces({ organization: organizationOf(request), cluster });
    response.json(listOf(request, await authorization.visible(request, attached.namespaces, workspaceOf)));
  });
  router.post(all, async (request, response) => {
    const { fullName, spec } = namespaceBody.parse(request.body).namespace;
    await authorization.require(request, "edit", spec.workspaceName);
    await authorization.requireClaim(request, fullName.name, request.params.cluster);
    const address = {
      organization: organizationOf(request),
      cluster: request.params.cluster,
      namespace: fullName.name,
    };
    response.json({
      namespace: await policies.attachNamespace(
        { ...address, workspace: spec.workspaceName },
        writeOptions(context, request),
      ),
    });
  });
  router.get(one, async (request, response) => {
    const address = { organization: organizationOf(request), ...request.params };
    response.json({ namespace: await policies.getNamespace(address) });
  });
  router.put(one, async (request, response) => {
    const { meta, spec } = namespaceChangeBody.parse(request.body).namespace;
    const address = { organization: organizationOf(request), ...request.params };
    if (spec?.workspaceName != null) await authorization.require(request, "edit", spec.workspaceName);
    const change = {
      ...(spec?.workspaceName != null && { workspace: spec.workspaceName }),
      ...(meta?.labels != null && { labels: meta.labels }),
    };
    response.json({
      namespace: await policies.updateNamespace(address, change, writeOptions(context, request)),
    });
  });
  router.delete(one, async (request, response) => {
    const address = { organization: organizationOf(request), ...request.params };
    await policies.detachNamespace(address, writeOptions(context, request));
    response.json({});
  });
}

/** Namespaces that are in no workspace are everybody's of the organization to see. */
function workspaceOf({ spec }: NamespaceView): string | undefined {
  return spec.workspaceName === "" ? undefined : spec.workspaceName;
}

function listOf(request: Request, all: NamespaceView[]): NamespaceList {
  const { page: namespaces, totalCount } = pageOf(request, all);
  return { namespaces, totalCount };
}
