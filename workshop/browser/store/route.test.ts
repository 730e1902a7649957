import { describe, expect, it } from "vitest";
import { formatRoute, parseRoute, type Route } from "./route.js";

describe("routes", () => {
  const routes: [string, Route][] = [
    ["", { screen: "catalogue" }],
    ["instructor", { screen: "instructor" }],
    ["e/k8s-day", { screen: "event", event: "k8s-day" }],
    ["instructor/events/k8s-day", { screen: "results", event: "k8s-day" }],
    ["instructor/recordings", { screen: "kept-recordings" }],
    ["instructor/events/k8s-day/recordings", { screen: "kept-recordings", event: "k8s-day" }],
    ["instructor/events/k8s-day/rehearsal", { screen: "rehearsal", event: "k8s-day" }],
    ["instructor/wall", { screen: "wall", view: {} }],
    [
      "instructor/wall?event=k8s-day&state=stuck&words=an+na&sort=need&projector=",
      {
        screen: "wall",
        event: "k8s-day",
        view: { state: "stuck", words: "an na", sort: "need", isProjected: true },
      },
    ],
    ["instructor/lab-7f3a", { screen: "watch", session: "lab-7f3a" }],
    ["instructor/s1/two?tab=Console", { screen: "watch", session: "s1", page: "two", tab: "Console" }],
    [
      "instructor/s1?tab=Console&console=namespaces%2Fweb",
      { screen: "watch", session: "s1", tab: "Console", consolePath: "namespaces/web" },
    ],
    [
      "instructor/sessions/lab-7f3a/recordings",
      { screen: "recordings", session: "lab-7f3a", viewer: "instructor" },
    ],
    ["s/lab-7f3a?recordings", { screen: "recordings", session: "lab-7f3a", viewer: "learner" }],
    ["s/lab-7f3a/recordings", { screen: "lab", session: "lab-7f3a", page: "recordings" }],
    ["s/lab-7f3a", { screen: "lab", session: "lab-7f3a" }],
    ["s/lab-7f3a/04-image-policies", { screen: "lab", session: "lab-7f3a", page: "04-image-policies" }],
    ["s/lab-7f3a/one?tab=My%20app", { screen: "lab", session: "lab-7f3a", page: "one", tab: "My app" }],
    [
      "s/s1/ingress/app/a%20b?c=%2F&tab=x",
      { screen: "application", session: "s1", ingress: "app", path: "/a%20b?c=%2F&tab=x" },
    ],
    ["s/lab-7f3a/console", { screen: "console", session: "lab-7f3a", path: "" }],
    ["s/lab-7f3a/console/policies/image", { screen: "console", session: "lab-7f3a", path: "policies/image" }],
  ];

  for (const [url, route] of routes) {
    it(`reads and writes /${url}`, () => {
      const [path = "", query = ""] = url.split("?");
      expect(parseRoute(path, query)).toEqual(route);
      expect(formatRoute(route)).toBe(url);
    });
  }

  it("names a page whose name needs escaping", () => {
    const route: Route = { screen: "lab", session: "s1", page: "a/b c" };
    expect(parseRoute(formatRoute(route), "")).toEqual(route);
  });

  it("calls any other path unknown", () => {
    expect(parseRoute("nowhere/at/all", "")).toEqual({ screen: "unknown", path: "nowhere/at/all" });
  });

  it("keeps a part that is not proper percent-encoding", () => {
    expect(parseRoute("s/%zz", "")).toEqual({ screen: "lab", session: "%zz" });
  });
});
