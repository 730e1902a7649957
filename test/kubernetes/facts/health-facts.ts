import type { ApiClient } from "../control-plane/api-client.js";

const PATHS = ["healthz", "livez", "readyz"];
const HOOK = "poststarthook/";

/** The checks that a server is asked for its health by, of each path in the order they are told. */
export async function healthFacts(client: ApiClient): Promise<Record<string, string[]>> {
  const checks: Record<string, string[]> = {};
  for (const path of PATHS) {
    const { body } = await client.send("GET", `/${path}?verbose`);
    checks[path] = inFixedOrder([...body.matchAll(/^\[[+-]\](\S+)/gm)].map(([, name = ""]) => name));
  }
  return checks;
}

/** A server tells its hooks in another order after each start; what is around them it does not. */
function inFixedOrder(checks: string[]): string[] {
  const hooks = checks.filter(isHook).toSorted();
  const before = checks.slice(0, Math.max(0, checks.findIndex(isHook)));
  const after = checks.slice(before.length).filter((name) => !isHook(name));
  return [...before, ...hooks, ...after];
}

function isHook(name: string): boolean {
  return name.startsWith(HOOK);
}
