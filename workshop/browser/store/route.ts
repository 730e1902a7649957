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
  return { screen: "lab", session: second, ...(third ? { page: third } : {}), ...tabIn(search) };
}

function eventAt(event: string, part: string | undefined): Route | undefined {
  if (part === undefined) return { screen: "event", event };
  return part === "results" ? { screen: "own-results", event } : undefined;
}

function watchAt([, session = "", page, part]: string[], search: string): Route {
  // No session is called so: the name of each ends in a hyphen and six characters.
  if (session === "wall" && page === undefined) return wallAt(search);
  if (session === "events" && page !== undefined)
    return { screen: part === "rehearsal" ? "rehearsal" : "results", event: page };
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
    case "results":
      return `instructor/events/${encodeURIComponent(route.event)}`;
    case "rehearsal":
      return `instructor/events/${encodeURIComponent(route.event)}/rehearsal`;
    case "event":
      return `e/${encodeURIComponent(route.event)}`;
    case "own-results":
      return `e/${encodeURIComponent(route.event)}/results`;
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
