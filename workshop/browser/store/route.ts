/** Which terminals of a wall are shown and how, as its address says it. */
export interface WallView {
  /** The state of those shown; all where absent. */
  state?: string;
  /** What is looked for. */
  words?: string;
  /** By name where absent. */
  sort?: "need" | "page";
  /** Without names, for everybody to see. */
  isProjected?: true;
}

export type Route =
  | { screen: "catalogue" }
  | { screen: "lab"; session: string; page?: string; tab?: string }
  | { screen: "console"; session: string; path: string }
  /** The way into an application of a session; `path` is the place in it, with its query. */
  | { screen: "application"; session: string; ingress: string; path: string }
  | { screen: "instructor" }
  /** All terminals at once; of an event where one is named. */
  | { screen: "wall"; event?: string; view: WallView }
  /** Where the provider sends those back who sign in. */
  | { screen: "sign-in" }
  /** Where a learning platform sends its people. */
  | { screen: "launch" }
  /** What the people of an event came to. */
  | { screen: "results"; event: string }
  /** Whether the event would go well, tried beforehand. */
  | { screen: "rehearsal"; event: string }
  /** What the terminals of a session showed, for its learner or for whoever looks after it. */
  | { screen: "recordings"; session: string; viewer: "learner" | "instructor" }
  /** What the terminals of sessions showed that have ended; of one event where it is named. */
  | { screen: "kept-recordings"; event?: string }
  /** The way into an event, for everybody who has its link. */
  | { screen: "event"; event: string }
  /** What whoever has come to the event by this browser came to there. */
  | { screen: "own-results"; event: string }
  | {
      screen: "watch";
      session: string;
      /** Absent while it follows the learner. */
      page?: string;
      /** The step that is shown of the page. */
      step?: string;
      tab?: string;
      /** Place in the console, where that is the tab. */
      consolePath?: string;
    }
  | { screen: "unknown"; path: string };

/** Screens of which there is one, at a path of one part. */
const PLACES: ReadonlyMap<string, Route> = new Map([
  ["sign-in", { screen: "sign-in" }],
  ["launch", { screen: "launch" }],
  ["instructor", { screen: "instructor" }],
]);

/** What there is of an installation below the instructor's screen; no session is called so: the name of each ends in a hyphen and six characters. */
const BELOW_INSTRUCTOR: ReadonlyMap<string, (search: string) => Route> = new Map([
  ["wall", wallAt],
  ["recordings", (): Route => ({ screen: "kept-recordings" })],
]);

/** The screen a path names; `path` is relative to the mount, without its leading slash. */
export function parseRoute(path: string, search: string): Route {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const [first, second, third] = parts;
  if (first === undefined) return { screen: "catalogue" };
  const place = second === undefined ? PLACES.get(first) : undefined;
  if (place !== undefined) return place;
  if (first === "instructor") return watchAt(parts, search);
  if (first === "e" && second !== undefined) return eventAt(second, third) ?? { screen: "unknown", path };
  if (first !== "s" || second === undefined) return { screen: "unknown", path };
  if (third === "ingress") return applicationAt(path, search) ?? { screen: "unknown", path };
  if (third === "console") return { screen: "console", session: second, path: consolePath(path) };
  return labAt(second, third, search);
}

/** A page of a lab may be called anything, so the recordings are at no path. */
function labAt(session: string, page: string | undefined, search: string): Route {
  if (page === undefined && new URLSearchParams(search).has("recordings"))
    return { screen: "recordings", session, viewer: "learner" };
  return { screen: "lab", session, ...(page ? { page } : {}), ...tabIn(search) };
}

function eventAt(event: string, part: string | undefined): Route | undefined {
  if (part === undefined) return { screen: "event", event };
  return part === "results" ? { screen: "own-results", event } : undefined;
}

/** What there is to see of an event besides its results. */
const EVENT_PARTS: ReadonlyMap<string, "rehearsal" | "kept-recordings"> = new Map([
  ["rehearsal", "rehearsal"],
  ["recordings", "kept-recordings"],
]);

function watchAt([, session = "", page, part]: string[], search: string): Route {
  const below = page === undefined ? BELOW_INSTRUCTOR.get(session) : undefined;
  if (below !== undefined) return below(search);
  if (session === "events" && page !== undefined)
    return { screen: EVENT_PARTS.get(part ?? "") ?? "results", event: page };
  if (session === "sessions" && page !== undefined && part === "recordings")
    return { screen: "recordings", session: page, viewer: "instructor" };
  const asked = new URLSearchParams(search);
  const [at, step] = [asked.get("console"), asked.get("step")];
  const place = { ...(page ? { page } : {}), ...(page && step ? { step } : {}) };
  return { screen: "watch", session, ...place, ...tabIn(search), ...(at ? { consolePath: at } : {}) };
}

function wallAt(search: string): Route {
  const asked = new URLSearchParams(search);
  const [event, state, words, sort] = ["event", "state", "words", "sort"].map((name) => asked.get(name));
  const view: WallView = {
    ...(state ? { state } : {}),
    ...(words ? { words } : {}),
    ...(sort === "need" || sort === "page" ? { sort } : {}),
    ...(asked.has("projector") ? { isProjected: true } : {}),
  };
  return { screen: "wall", view, ...(event ? { event } : {}) };
}

function wallPath({ event, view }: Extract<Route, { screen: "wall" }>): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries({
    event,
    state: view.state,
    words: view.words,
    sort: view.sort,
  }))
    if (value !== undefined && value !== "") asked.set(name, value);
  if (view.isProjected) asked.set("projector", "");
  return asked.size === 0 ? "instructor/wall" : `instructor/wall?${asked.toString()}`;
}

function tabIn(search: string): { tab?: string } {
  const tab = new URLSearchParams(search).get("tab");
  return tab ? { tab } : {};
}

/** The path that `parseRoute` reads as this route, relative to the mount. */
export function formatRoute(route: Route): string {
  if (hasEvent(route) && route.screen !== "wall") return eventPath(route);
  switch (route.screen) {
    case "catalogue":
      return "";
    case "instructor":
      return "instructor";
    case "wall":
      return wallPath(route);
    case "sign-in":
    case "launch":
      return route.screen;
    case "kept-recordings":
      return "instructor/recordings";
    case "recordings":
      return recordingsPath(route);
    case "watch":
      return placeOf("instructor", route);
    case "console":
      return `s/${encodeURIComponent(route.session)}/console${route.path === "" ? "" : `/${route.path}`}`;
    case "application":
      return `s/${encodeURIComponent(route.session)}/ingress/${encodeURIComponent(route.ingress)}${route.path}`;
    case "lab":
      return placeOf("s", route);
    default:
      return route.path;
  }
}

function hasEvent(route: Route): route is Extract<Route, { event?: string }> & { event: string } {
  return "event" in route && route.event !== undefined;
}

function eventPath(route: { screen: string; event: string }): string {
  const name = encodeURIComponent(route.event);
  if (route.screen === "event") return `e/${name}`;
  if (route.screen === "own-results") return `e/${name}/results`;
  const part = [...EVENT_PARTS].find(([, screen]) => screen === route.screen)?.[0];
  return `instructor/events/${name}${part === undefined ? "" : `/${part}`}`;
}

function recordingsPath({ session, viewer }: Extract<Route, { screen: "recordings" }>): string {
  const name = encodeURIComponent(session);
  return viewer === "learner" ? `s/${name}?recordings` : `instructor/sessions/${name}/recordings`;
}

function placeOf(root: string, route: Extract<Route, { screen: "lab" | "watch" }>): string {
  const page = route.page ? `/${encodeURIComponent(route.page)}` : "";
  const asked = [
    ...(route.screen === "watch" && route.step ? [`step=${encodeURIComponent(route.step)}`] : []),
    ...(route.tab ? [`tab=${encodeURIComponent(route.tab)}`] : []),
    ...(route.screen === "watch" && route.consolePath
      ? [`console=${encodeURIComponent(route.consolePath)}`]
      : []),
  ];
  const query = asked.length > 0 ? `?${asked.join("&")}` : "";
  return `${root}/${encodeURIComponent(route.session)}${page}${query}`;
}

/** The place in the application stays as it is written: it is not ours to decode. */
function applicationAt(path: string, search: string): Route | undefined {
  const [, session, ingress, place = "/"] = /^\/?s\/([^/]+)\/ingress\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  if (session === undefined || ingress === undefined) return undefined;
  const query = search.replace(/^\?/, "");
  return {
    screen: "application",
    session: decode(session),
    ingress: decode(ingress),
    path: `/${place.replace(/^\/+/, "")}${query === "" ? "" : `?${query}`}`,
  };
}

function consolePath(path: string): string {
  return path.replace(/^\/?s\/[^/]+\/console\/?/, "");
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
