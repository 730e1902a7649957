import type { RequestHandler } from "express";
import { Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

export interface Metrics {
  registry: Registry;
  /** Counts and times every request under the route's pattern, never under its real path. */
  requests: RequestHandler;
  stepFinished(state: string, durationMs: number | undefined): void;
}

const STEP_SECONDS = [0.1, 0.3, 1, 3, 10, 30, 120, 600];
const REQUEST_SECONDS = [0.005, 0.02, 0.1, 0.5, 2, 10];

/** The figures `/metrics` shows; `current` is asked at every scrape. */
export function createMetrics(current: () => { sessions: Record<string, number>; sockets: number }): Metrics {
  const registry = new Registry();
  // Under the names every dashboard for Node.js and for processes knows.
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Histogram({
    name: "lectern_http_request_duration_seconds",
    help: "Duration of HTTP requests by method, route and status.",
    labelNames: ["method", "route", "status"],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const steps = new Histogram({
    name: "lectern_step_duration_seconds",
    help: "Duration of finished steps by state.",
    labelNames: ["state"],
    buckets: STEP_SECONDS,
    registers,
  });
  const sockets = new Gauge({
    name: "lectern_terminal_sockets",
    help: "Open terminal sockets.",
    registers,
    collect: () => {
      sockets.set(current().sockets);
    },
  });
  const sessions = new Gauge({
    name: "lectern_sessions",
    help: "Sessions by phase.",
    labelNames: ["phase"],
    registers,
    collect: () => {
      sessions.reset();
      for (const [phase, count] of Object.entries(current().sessions)) sessions.set({ phase }, count);
    },
  });
  return {
    registry,
    requests: timeRequests(requests),
    stepFinished: (state, durationMs) => steps.observe({ state }, (durationMs ?? 0) / 1000),
  };
}

function timeRequests(histogram: Histogram<"method" | "route" | "status">): RequestHandler {
  return (request, response, next) => {
    const stop = histogram.startTimer();
    response.once("finish", () => {
      const { path } = (request.route ?? {}) as { path?: string };
      stop({ method: request.method, route: path ?? "other", status: String(response.statusCode) });
    });
    next();
  };
}
