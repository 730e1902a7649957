import { join } from "node:path";
import { Router, type RequestHandler } from "express";
import { createApp, type AppParts } from "../../server/http/app.js";
import { productRoot } from "../../server/config.js";
import { createPolicyRouters } from "../../server/http/policy-routers.js";

/** What a router was told: its own routes, and the routers below a path of it. */
interface Told {
  routes: { path: string; route: { methods: Record<string, boolean> } }[];
  mounts: { path: string; router: object }[];
}

/**
 * Every route of the server as `METHOD path`, with the names of its parameters, in order; taken from the routers themselves while they are
 * made, so that none can be forgotten. None is called: what they call is made of nothing.
 */
export function listRoutes(): string[] {
  const told = new Map<object, Told>();
  const of = (router: object): Told => {
    const known = told.get(router) ?? { routes: [], mounts: [] };
    told.set(router, known);
    return known;
  };
  const prototype = Router.prototype as unknown as Record<"route" | "use", (...args: unknown[]) => object>;
  const { route, use } = prototype;
  prototype.route = function (this: object, ...args) {
    const made = route.apply(this, args) as Told["routes"][number]["route"];
    for (const path of [args[0]].flat()) of(this).routes.push({ path: String(path), route: made });
    return made;
  };
  prototype.use = function (this: object, ...args) {
    const paths = typeof args[0] === "string" || Array.isArray(args[0]) ? [args[0]].flat(9) : [""];
    for (const path of paths.filter((one) => typeof one === "string"))
      for (const router of args.flat(9))
        if (typeof router === "function") of(this).mounts.push({ path, router });
    return use.apply(this, args);
  };
  try {
    const nothing = anything();
    const policies = createPolicyRouters(nothing as never);
    const known: Record<string | symbol, unknown> = {
      policies,
      browserFiles: join(productRoot, "dist/browser"),
    };
    const parts = new Proxy({}, { get: (_target, key) => known[key] ?? nothing });
    const root = createApp(parts as AppParts);
    return [...new Set(walk(root, "", told))].toSorted();
  } finally {
    Object.assign(prototype, { route, use });
  }
}

function walk(router: object, base: string, told: ReadonlyMap<object, Told>): string[] {
  const { routes, mounts } = told.get(router) ?? { routes: [], mounts: [] };
  return [
    ...routes.flatMap(({ path, route }) =>
      Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${base}${path}`),
    ),
    ...mounts.flatMap((mount) => walk(mount.router, base + mount.path, told)),
  ];
}

/** Whatever is asked of it is it again. */
function anything(): RequestHandler {
  const self: RequestHandler = new Proxy(() => undefined, {
    get: (_target, key) => (key === Symbol.toPrimitive ? () => "" : self),
    apply: () => self,
  }) as never;
  return self;
}
