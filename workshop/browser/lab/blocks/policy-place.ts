import { formatConsoleRoute } from "../../../../policy/browser/console-route.js";
import type { EffectivePolicy } from "../../../../policy/common/effective.js";
import type { SessionView } from "../../../common/api.js";
import { api } from "../../api/api-client.js";

/** Where the console shows the first of these policies that bears on the session's namespace; the namespace itself where none does any more. */
export async function consolePathOf(
  names: readonly string[],
  { id, namespace }: Pick<SessionView, "id" | "namespace">,
): Promise<string> {
  try {
    const { policies } = await api.effectivePolicies(id, namespace);
    return placeOf(names, policies, namespace);
  } catch {
    // The console says by itself that the policies cannot be had just now.
    return formatConsoleRoute({ page: "namespaces", namespace });
  }
}

/** Path in the console of the place where one of the policies is set. */
export function placeOf(
  names: readonly string[],
  policies: readonly Pick<EffectivePolicy, "name" | "origin">[],
  namespace: string,
): string {
  const found = names.flatMap((name) => policies.find((policy) => policy.name === name) ?? [])[0];
  if (!found) return formatConsoleRoute({ page: "namespaces", namespace });
  const { origin } = found;
  const workspace = origin.kind === "workspace" ? origin.workspace : undefined;
  return formatConsoleRoute({ page: "image-registry", side: "workspaces", workspace });
}
