import express, { type Request, Router } from "express";

import type { Identity } from "../../../policy/common/roles.js";
import type { PolicyService } from "../../../policy/node/policy-service.js";
import { accessRoutes } from "./access-routes.js";
import { type Authorization, createAuthorization, guardOperations } from "./authorization.js";
import { clusterRoutes } from "./cluster-routes.js";
import { exceptionRoutes } from "./exception-routes.js";
import { historyRoutes } from "./history-routes.js";
import { insightRoutes } from "./insight-routes.js";
import { knownImageRoutes } from "./known-image-routes.js";
import { openApiDocument } from "./openapi.js";
import { policyRoutes } from "./policy-routes.js";
import { answerProblem, answerUnknownPath } from "./problem.js";
import { workspaceRoutes } from "./workspace-routes.js";

/** Largest body; a policy with all rules it may have takes a quarter of it. */
const MAX_BODY = "256kb";

export interface Caller extends Identity {
  organization: string;
  /** Administers the organization, whatever roles are bound. */
  isAdmin?: boolean;
}

export interface PolicyRouterOptions {
  policies: PolicyService;
  /** Who asks; called after the server authenticated the request. */
  identify: (request: Request) => Caller;
  /** Makes what logs a user of the caller's organization in. */
  issueToken: (request: Request, identity: Identity) => string;
}

/** What the routes share. */
export interface PolicyRoutesContext {
  policies: PolicyService;
  organizationOf: (request: Request) => string;
  userOf: (request: Request) => string;
  groupsOf: (request: Request) => string[];
  authorization: Authorization;
  issueToken: (request: Request, identity: Identity) => string;
}

/** The policy API of `policy/common/tmc-api.ts`, to be mounted at `/v1alpha1` or at the path above it. */
export function createPolicyRouter({ policies, identify, issueToken }: PolicyRouterOptions): Router {
  const authorization = createAuthorization(policies, identify);
  const context: PolicyRoutesContext = {
    policies,
    organizationOf: (request) => identify(request).organization,
    userOf: (request) => identify(request).user,
    groupsOf: (request) => [...(identify(request).groups ?? [])],
    authorization,
    issueToken,
  };
  const routes = Router();
  routes.use(express.json({ limit: MAX_BODY, reviver: refuseLostKeys }));
  routes.use(guardOperations(authorization));
  routes.use(policyApiRoutes(context));
  routes.use(answerUnknownPath);
  routes.use(answerProblem);
  const router = Router();
  router.use("/v1alpha1", routes);
  router.use(routes);
  return router;
}

/** JavaScript and its validators leave such a key out, and what somebody asks for is never left out without a word. */
function refuseLostKeys(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new SyntaxError(`nothing can be called ${key}`);
  return value;
}

/** The routes alone, which trust that whoever gets here may. */
export function policyApiRoutes(context: PolicyRoutesContext): Router {
  const routes = Router();
  routes.use(policyRoutes(context), exceptionRoutes(context));
  routes.use(
    workspaceRoutes(context),
    clusterRoutes(context),
    insightRoutes(context),
    knownImageRoutes(context),
  );
  routes.use(accessRoutes(context), historyRoutes(context));
  const document = openApiDocument();
  routes.get("/openapi.json", (_request, response) => {
    response.json(document);
  });
  return routes;
}
