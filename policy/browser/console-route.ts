/** What the console shows. */
export type ConsoleRoute =
  | { page: "image-registry"; side: "workspaces"; workspace?: string | undefined }
  | { page: "image-registry"; side: "clusters" }
  | { page: "insights" }
  | { page: "workspaces" }
  | { page: "namespaces"; namespace?: string | undefined }
  | { page: "clusters" }
  | { page: "activity" };

/** Reads the part of the URL below `console/`; anything unknown is the image registry page, where policies are set. */
export function parseConsoleRoute(path: string): ConsoleRoute {
  const [first, second, third, fourth] = path.split("/").filter(Boolean).map(decodePart);
  if (first === "workspaces") return { page: "workspaces" };
  if (first === "namespaces") return { page: "namespaces", namespace: second };
  if (first === "clusters") return { page: "clusters" };
  if (first === "activity") return { page: "activity" };
  if (first === "policies" && second === "insights") return { page: "insights" };
  if (first === "policies" && second === "image-registry" && third === "clusters") {
    return { page: "image-registry", side: "clusters" };
  }
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
      return route.workspace === undefined
        ? "policies/image-registry/organization"
        : `policies/image-registry/workspaces/${encodeURIComponent(route.workspace)}`;
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

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
