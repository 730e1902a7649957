export type Route =
  | { screen: "catalogue" }
  | { screen: "lab"; session: string; page?: string; tab?: string }
  | { screen: "console"; session: string; path: string }
  | { screen: "instructor"; session?: string }
  | { screen: "unknown"; path: string };

/** The screen a path names; `path` is relative to the mount, without its leading slash. */
export function parseRoute(path: string, search: string): Route {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const [first, second, third] = parts;
  if (first === undefined) return { screen: "catalogue" };
  if (first === "instructor") return { screen: "instructor", ...(second ? { session: second } : {}) };
  if (first !== "s" || second === undefined) return { screen: "unknown", path };
  if (third === "console") return { screen: "console", session: second, path: consolePath(path) };
  const tab = new URLSearchParams(search).get("tab");
  return { screen: "lab", session: second, ...(third ? { page: third } : {}), ...(tab ? { tab } : {}) };
}

/** The path that `parseRoute` reads as this route, relative to the mount. */
export function formatRoute(route: Route): string {
  switch (route.screen) {
    case "catalogue":
      return "";
    case "instructor":
      return route.session ? `instructor/${encodeURIComponent(route.session)}` : "instructor";
    case "console":
      return `s/${encodeURIComponent(route.session)}/console${route.path === "" ? "" : `/${route.path}`}`;
    case "lab":
      return labPath(route.session, route.page, route.tab);
    default:
      return route.path;
  }
}

function labPath(session: string, page?: string, tab?: string): string {
  const query = tab ? `?tab=${encodeURIComponent(tab)}` : "";
  return `s/${encodeURIComponent(session)}${page ? `/${encodeURIComponent(page)}` : ""}${query}`;
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
