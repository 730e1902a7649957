/** What the console shows. */
export type ConsoleRoute =
  | { page: "image-registry"; side: "workspaces"; workspace?: string | undefined }
  | { page: "image-registry"; side: "clusters" }
  /** Who may do what on a place. */
  | { page: "access"; workspace?: string | undefined }
  /** Of a place, or of one policy that is set there. */
  | { page: "history"; workspace?: string | undefined; policy?: string | undefined }
  | { page: "insights" }
  | { page: "workspaces" }
  /** All of them, or one: of the home cluster, or of a further one that is named. */
  | { page: "namespaces"; namespace?: string | undefined; cluster?: string }
  | { page: "clusters" }
  | { page: "activity" };

/** Reads the part of the URL below `console/`; anything unknown is the image registry page, where policies are set. */
export function parseConsoleRoute(path: string): ConsoleRoute {
  const parts = path.split("/").filter(Boolean).map(decodePart);
  const [first, second, third, fourth] = parts;
  if (first === "workspaces") return { page: "workspaces" };
  if (first === "namespaces") return { page: "namespaces", namespace: second };
  if (first === "clusters" && second !== undefined && third === "namespaces" && fourth !== undefined)
    return { page: "namespaces", namespace: fourth, cluster: second };
  if (first === "clusters") return { page: "clusters" };
  if (first === "activity") return { page: "activity" };
  return parsePoliciesRoute(first === "policies" ? parts.slice(1) : []);
}

/** Of the parts below `policies/`: the kind of page, and the place it is about. */
function parsePoliciesRoute([kind, side, ...rest]: string[]): ConsoleRoute {
  if (kind === "insights") return { page: "insights" };
  if (kind === "image-registry" && side === "clusters") return { page: "image-registry", side };
  const workspace = side === "workspaces" ? rest.shift() : undefined;
  if (kind === "access") return { page: "access", workspace };
  const [third, policy] = rest;
  if (kind === "image-registry" && third === "history") return { page: "history", workspace, policy };
  return { page: "image-registry", side: "workspaces", workspace };
}

/** The path below `console/` that shows a route. */
export function formatConsoleRoute(route: ConsoleRoute): string {
  switch (route.page) {
    case "image-registry":
      if (route.side === "clusters") return "policies/image-registry/clusters";
      return placePath("image-registry", route.workspace);
    case "access":
      return placePath("access", route.workspace);
    case "history":
      return `${placePath("image-registry", route.workspace)}/history${route.policy === undefined ? "" : `/${encodeURIComponent(route.policy)}`}`;
    case "insights":
      return "policies/insights";
    case "namespaces":
      return namespacePath(route);
    default:
      return route.page;
  }
}

function namespacePath({ namespace, cluster }: { namespace?: string | undefined; cluster?: string }): string {
  if (namespace === undefined) return "namespaces";
  const path = `namespaces/${encodeURIComponent(namespace)}`;
  return cluster === undefined ? path : `clusters/${encodeURIComponent(cluster)}/${path}`;
}

function placePath(kind: string, workspace: string | undefined): string {
  return workspace === undefined
    ? `policies/${kind}/organization`
    : `policies/${kind}/workspaces/${encodeURIComponent(workspace)}`;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
