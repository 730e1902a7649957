import type { GroupVersionKind } from "../registry/resource-type.js";

/** Packages of the built-in kinds whose group is not `NAME.k8s.io` under `io.k8s.api`. */
const PACKAGES: Record<string, string> = {
  "": "io.k8s.api.core",
  "apiextensions.k8s.io": "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions",
  "rbac.authorization.k8s.io": "io.k8s.api.rbac",
};

/** The name of a kind's schema, as Kubernetes derives it: the Go package, or the reversed group of a custom kind. */
export function schemaName({
  group,
  version,
  kind,
  custom,
}: GroupVersionKind & { custom?: unknown }): string {
  if (custom !== undefined) return `${group.split(".").toReversed().join(".")}.${version}.${kind}`;
  const known = PACKAGES[group] ?? `io.k8s.api.${group.split(".")[0] ?? ""}`;
  return `${known}.${version}.${kind}`;
}
