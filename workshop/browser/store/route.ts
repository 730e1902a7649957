export type Route =
  | { screen: "catalogue" }
  | { screen: "lab"; session: string; page?: string; tab?: string }
  | { screen: "console"; session: string; path: string }
  | { screen: "instructor"; session?: string; tab?: string }
  | { screen: "unknown"; path: string };

/** The screen a path names; `path` is relative to the mount, without its leading slash. */
export function parseRoute(path: string, search: string): Route {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const [first, second, third] = parts;
  if (first === undefined) return { screen: "catalogue" };
  const tab = new URLSearchParams(search).get("tab");
  const beside = tab ? { tab } : {};
  if (first === "instructor") {
    return { screen: "instructor", ...(second ? { session: second, ...beside } : {}) };
  }
  if (first !== "s" || second === undefined) return { screen: "unknown", path };
  if (third === "console") return { screen: "console", session: second, path: consolePath(path) };
  return { screen: "lab", session: second, ...(third ? { page: third } : {}), ...beside };
}

/** The path that `parseRoute` reads as this route, relative to the mount. */
export function formatRoute(route: Route): string {
  switch (route.screen) {
    case "catalogue":
      return "";
    case "instructor":
      return route.session
        ? `instructor/${encodeURIComponent(route.session)}${tabQuery(route.tab)}`
        : "instructor";
    case "console":
      return `s/${encodeURIComponent(route.session)}/console${route.path === "" ? "" : `/${route.path}`}`;
    case "lab":
      return labPath(route.session, route.page, route.tab);
    default:
      return route.path;
  }
}

function labPath(session: string, page?: string, tab?: string): string {
  return `s/${encodeURIComponent(session)}${page ? `/${encodeURIComponent(page)}` : ""}${tabQuery(tab)}`;
}

function tabQuery(tab: string | undefined): string {
  return tab ? `?tab=${encodeURIComponent(tab)}` : "";
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
