/** What the console shows. */
export type ConsoleRoute =
  | { page: "image-registry"; side: "workspaces"; workspace?: string | undefined }
  | { page: "image-registry"; side: "clusters" }
  /** Of a place, or of one policy that is set there. */
  | { page: "history"; workspace?: string | undefined; policy?: string | undefined }
  | { page: "insights" }
  | { page: "workspaces" }
  | { page: "namespaces"; namespace?: string | undefined }
  | { page: "clusters" }
  | { page: "activity" };

/** Reads the part of the URL below `console/`; anything unknown is the image registry page, where policies are set. */
export function parseConsoleRoute(path: string): ConsoleRoute {
  const parts = path.split("/").filter(Boolean).map(decodePart);
  const [first, second, third, fourth] = parts;
  if (first === "workspaces") return { page: "workspaces" };
  if (first === "namespaces") return { page: "namespaces", namespace: second };
  if (first === "clusters") return { page: "clusters" };
  if (first === "activity") return { page: "activity" };
  if (first === "policies" && second === "insights") return { page: "insights" };
  if (first === "policies" && second === "image-registry" && third === "clusters") {
    return { page: "image-registry", side: "clusters" };
  }
  const at = third === "workspaces" ? 4 : 3;
  if (second === "image-registry" && parts[at] === "history")
    return { page: "history", workspace: at === 4 ? fourth : undefined, policy: parts[at + 1] };
  return {
    page: "image-registry",
    side: "workspaces",
    workspace: third === "workspaces" ? fourth : undefined,
  };
}

/** The path below `console/` that shows a route. */
export function formatConsoleRoute(route: ConsoleRoute): string {
  switch (route.page) {
    case "image-registry":
      if (route.side === "clusters") return "policies/image-registry/clusters";
      return placePath(route.workspace);
    case "history":
      return `${placePath(route.workspace)}/history${route.policy === undefined ? "" : `/${encodeURIComponent(route.policy)}`}`;
    case "insights":
      return "policies/insights";
    case "namespaces":
      return route.namespace === undefined
        ? "namespaces"
        : `namespaces/${encodeURIComponent(route.namespace)}`;
    default:
      return route.page;
  }
}

function placePath(workspace: string | undefined): string {
  return workspace === undefined
    ? "policies/image-registry/organization"
    : `policies/image-registry/workspaces/${encodeURIComponent(workspace)}`;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
