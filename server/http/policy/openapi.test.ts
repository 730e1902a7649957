import type { RequestHandler } from "express";
import { describe, expect, it } from "vitest";

import type { PolicyService } from "../../../policy/node/policy-service.js";
import { OPERATIONS } from "./operations.js";
import { policyApiRoutes, type PolicyRoutesContext } from "./router.js";

interface Layer {
  route?: { path: string; stack: { method: string }[] };
  handle: RequestHandler & { stack?: Layer[] };
}

/** Every method and path that the routes know, parameters in braces. */
function routesOf(layers: readonly Layer[]): string[] {
  return layers.flatMap(({ route, handle }) => {
    if (!route) return routesOf(handle.stack ?? []);
    const path = route.path.replaceAll(/(?<!\\):(\w+)/g, "{$1}").replaceAll("\\", "");
    return route.stack.map(({ method }) => `${method} ${path}`);
  });
}

describe("the OpenAPI document", () => {
  it("holds every route of the policy API, and nothing else", () => {
    // No request is made, so nothing of the service is called.
    const policies = {} as PolicyService;
    const routes = new Set(routesOf(policyApiRoutes({ policies } as PolicyRoutesContext).stack));
    expect(OPERATIONS.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
      [...routes].toSorted(),
    );
  });
});
