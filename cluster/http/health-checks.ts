import health from "../facts/health.json" with { type: "json" };

const CHECKS = new Map(Object.entries(health.checks as Record<string, string[]>));

/** The names of what a real API server checks for `/readyz` and the like; `undefined` for a path that is none of them. */
export function healthChecks(root: string): string[] | undefined {
  return CHECKS.get(root);
}

/** The paths by which a server, or one part of it, is asked for its health. */
export function healthPaths(): string[] {
  return [...CHECKS].flatMap(([root, names]) => [`/${root}`, ...names.map((name) => `/${root}/${name}`)]);
}

/** What is told of a server all of whose checks are well, but those that were not to be made. */
export function healthReport(root: string, excluded: string[]): string {
  const checks = healthChecks(root) ?? [];
  const lines = checks.map((name) => `[+]${name}${excluded.includes(name) ? " excluded:" : ""} ok\n`);
  const unknown = [...new Set(excluded)].filter((name) => !checks.includes(name)).toSorted();
  if (unknown.length > 0) {
    const names = unknown.map((name) => JSON.stringify(name)).join(", ");
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}\n`);
  }
  return `${lines.join("")}${root} check passed\n`;
}
