import { Router } from "express";
import type { Access } from "../access.js";
import type { Metrics } from "../metrics.js";

export interface Health {
  /** Each thing the server cannot do without, except those named, and why it cannot be used just now; absent where it can. */
  check(excluded: readonly string[]): Promise<{ name: string; problem?: string }[]>;
}

/**
 * `/livez`, also as `/healthz` (the process answers), `/readyz` (what it stands on answers too, and the disk has room), and for instructors `/metrics`.
 * `/readyz?exclude=cluster` leaves that one out, as an API server's does: what all servers of an installation share must not take
 * all of them from their learners at once.
 */
export function createOperationsRouter(health: Health, metrics: Metrics, access: Access): Router {
  const router = Router();
  for (const path of ["/livez", "/healthz"])
    router.get(path, (_request, response) => {
      response.set("cache-control", "no-store").json({ status: "ok" });
    });
  router.get("/readyz", async (request, response) => {
    const checks = await health.check([request.query["exclude"] ?? []].flat().map(String));
    const ready = checks.every((check) => check.problem === undefined);
    response
      .status(ready ? 200 : 503)
      .set("cache-control", "no-store")
      .json({ status: ready ? "ok" : "unavailable", checks });
  });
  router.get("/metrics", async (request, response) => {
    access.requireInstructor(request);
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}
