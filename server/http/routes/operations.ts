import { Router } from "express";
import type { Access } from "../access.js";
import type { Metrics } from "../metrics.js";

export interface Health {
  /** Each thing the server cannot do without, and why it cannot be used just now; absent where it can. */
  check(): Promise<{ name: string; problem?: string }[]>;
}

/** `/healthz` (the process answers), `/readyz` (cluster and terminal host answer too, and the disk has room), and for instructors `/metrics`. */
export function createOperationsRouter(health: Health, metrics: Metrics, access: Access): Router {
  const router = Router();
  router.get("/healthz", (_request, response) => {
    response.set("cache-control", "no-store").json({ status: "ok" });
  });
  router.get("/readyz", async (_request, response) => {
    const checks = await health.check();
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
