import { type Request, type RequestHandler, type Response, Router } from "express";

import {
  ALL_PERMISSIONS,
  isMember,
  type Level,
  mayAt,
  type Permissions,
} from "../../../policy/common/roles.js";
import { POLICY_ERROR, PolicyError } from "../../../policy/node/errors.js";
import type { PolicyService } from "../../../policy/node/policy-service.js";
import { type Operation, OPERATIONS } from "./operations.js";
import { answerUnknownPath } from "./problem.js";
import type { Caller } from "./router.js";

/** What the caller of a request may do; each call throws POLICY_FORBIDDEN where it is not enough. */
export interface Authorization {
  permissionsOf(request: Request): Promise<Permissions>;
  /** At a workspace, or at the organization where it is absent. */
  require(request: Request, level: Level, workspace?: string): Promise<void>;
  /** To view the organization and all of its workspaces. */
  requireEverywhere(request: Request): Promise<void>;
  /**
   * At the workspace a namespace is in; one that is in none is everybody's, but on a cluster that the organization brought its admins' alone, as it may
   * hold what the cluster is run by. It is in the home cluster where none is named.
   */
  requireOnNamespace(request: Request, level: Level, namespace: string, cluster?: string): Promise<void>;
  /** To attach a namespace, besides what its workspace asks for: one that is nobody's yet is the admins' of the organization. */
  requireClaim(request: Request, namespace: string, cluster: string): Promise<void>;
  /** Those of the items that the caller may view; what belongs to no workspace is the organization's. */
  visible<T>(request: Request, items: T[], workspaceOf: (item: T) => string | undefined): Promise<T[]>;
  /** The same of what is in namespaces. */
  visibleByNamespace<T extends { namespace: string; cluster?: string }>(
    request: Request,
    items: T[],
  ): Promise<T[]>;
}

/** Reads the roles of whoever asks once for each request. */
export function createAuthorization(
  policies: Pick<PolicyService, "readPermissions" | "placeOf" | "listNamespaces">,
  identify: (request: Request) => Caller,
): Authorization {
  const known = new WeakMap<Request, Promise<Permissions>>();
  const permissionsOf = (request: Request): Promise<Permissions> => {
    const { organization, isAdmin = false, ...identity } = identify(request);
    const found =
      known.get(request) ??
      (isAdmin ? Promise.resolve(ALL_PERMISSIONS) : policies.readPermissions(organization, identity));
    known.set(request, found);
    return found;
  };
  const require = async (request: Request, level: Level, workspace?: string) => {
    if (!mayAt(await permissionsOf(request), level, workspace))
      throw forbidden(identify(request).user, level, workspace);
  };
  const visible: Authorization["visible"] = async (request, items, workspaceOf) => {
    const permissions = await permissionsOf(request);
    return items.filter((item) => mayAt(permissions, "view", workspaceOf(item)));
  };
  return {
    permissionsOf,
    require,
    requireEverywhere: async (request) => {
      if ((await permissionsOf(request)).workspaces === undefined)
        throw forbidden(identify(request).user, "view");
    },
    visible,
    visibleByNamespace: async (request, items) => {
      const { organization } = identify(request);
      if ((await permissionsOf(request)).workspaces !== undefined) return items;
      const { namespaces, home } = await policies.listNamespaces({ organization });
      const workspaces = new Map(
        namespaces.map(({ fullName: { clusterName, name }, spec }) => [
          keyOf(clusterName, name),
          spec.workspaceName,
        ]),
      );
      const workspaceAt = ({ cluster = home, namespace }: { cluster?: string; namespace: string }) =>
        workspaces.get(keyOf(cluster, namespace));
      // One that went meanwhile may have been in a workspace of others; in none is written as an empty one.
      const there = items.filter((item) => workspaceAt(item) !== undefined);
      return visible(request, there, (item) => workspaceAt(item) || undefined);
    },
    requireOnNamespace: async (request, level, namespace, cluster) => {
      const { organization, user } = identify(request);
      if (!isMember(await permissionsOf(request))) throw forbidden(user, level);
      const { workspace, isUnclaimed } = await policies.placeOf(organization, namespace, cluster);
      if (isUnclaimed) await require(request, "admin");
      else if (workspace !== undefined) await require(request, level, workspace);
    },
    requireClaim: async (request, namespace, cluster) => {
      const { isUnclaimed } = await policies.placeOf(identify(request).organization, namespace, cluster);
      if (isUnclaimed) await require(request, "admin");
    },
  };
}

function keyOf(cluster: string, namespace: string): string {
  return `${cluster}/${namespace}`;
}

/** Asks of each operation what it needs before any route is reached; what is no operation is not let through. */
export function guardOperations(authorization: Authorization): Router {
  const router = Router();
  const passed = new WeakSet<Request>();
  for (const { method, path, needs } of OPERATIONS) {
    const pattern = path.replaceAll(/\{(\w+)\}|:/g, (_all, name?: string) =>
      name === undefined ? "\\:" : `:${name}`,
    );
    router[method](pattern, async (request: Request, _response: Response, next) => {
      await check(authorization, request, needs);
      passed.add(request);
      next();
    });
  }
  const onlyPassed: RequestHandler = (request, response, next) => {
    if (passed.has(request)) next();
    else answerUnknownPath(request, response);
  };
  router.use(onlyPassed);
  return router;
}

async function check(
  authorization: Authorization,
  request: Request,
  { level, on }: Operation["needs"],
): Promise<void> {
  const { workspace, name, namespace } = request.params;
  if (on === "organization") return authorization.require(request, level);
  if (on === "workspace") return authorization.require(request, level, String(workspace ?? name));
  return authorization.requireOnNamespace(request, level, String(namespace), clusterOf(request));
}

/** The cluster that a path is about, or else the query names; absent for the home cluster. */
export function clusterOf({ params, query }: Request): string | undefined {
  const named = params["cluster"] ?? query["cluster"];
  return typeof named === "string" ? named : undefined;
}

/** Says which role is missing, and where. */
export function forbidden(user: string, level: Level, workspace?: string): PolicyError {
  const place = workspace === undefined ? "the organization" : `workspace "${workspace}"`;
  const role = `${workspace === undefined ? "organization" : "workspace"}.${level}`;
  return new PolicyError(
    POLICY_ERROR.forbidden,
    `user "${user}" needs the role ${role} on ${place} for this; an admin of ${place} gives it`,
  );
}
