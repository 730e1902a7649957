import { describe, expect, it } from "vitest";
import { formatConsoleRoute, parseConsoleRoute, type ConsoleRoute } from "./console-route.js";

const routes: ConsoleRoute[] = [
  { page: "image-registry", side: "workspaces", workspace: undefined },
  { page: "image-registry", side: "workspaces", workspace: "tko-day1-ops-ws" },
  { page: "image-registry", side: "clusters" },
  { page: "history", workspace: undefined, policy: undefined },
  { page: "history", workspace: undefined, policy: "no-busybox" },
  { page: "history", workspace: "history", policy: undefined },
  { page: "history", workspace: "tko-day1-ops-ws", policy: "no-busybox" },
  { page: "workspaces" },
  { page: "namespaces", namespace: undefined },
  { page: "namespaces", namespace: "web-1" },
  { page: "namespaces", namespace: "web-1", cluster: "staging" },
  { page: "clusters" },
  { page: "activity" },
  { page: "insights" },
  { page: "access", workspace: undefined },
  { page: "access", workspace: "team blue/ä" },
];

describe("console routes", () => {
  it.each(routes)("reads back what it wrote: %o", (route) => {
    expect(parseConsoleRoute(formatConsoleRoute(route))).toEqual(route);
  });

  it.each(["", "nowhere", "policies/image-registry", "%zz/%"])("shows the image registry for %j", (path) => {
    expect(parseConsoleRoute(path)).toMatchObject({ page: "image-registry", side: "workspaces" });
  });
});
