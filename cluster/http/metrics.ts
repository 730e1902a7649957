import type { ApiCore } from "../rest/api-core.js";
import { versionInfo } from "../version.js";

/** The text format of Prometheus. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** What the API can truly say of itself, under the names a real API server has for it. */
export async function metricsText(core: ApiCore): Promise<string> {
  // Loaded when first needed: nothing measures most clusters.
  const { Gauge, Registry } = await import("prom-client");
  const registry = new Registry();
  const build = new Gauge({
    name: "kubernetes_build_info",
    help: "Version of the API this cluster serves.",
    labelNames: ["git_version", "major", "minor"],
    registers: [registry],
  });
  const { gitVersion, major, minor } = versionInfo;
  build.set({ git_version: gitVersion, major, minor }, 1);
  const objects = new Gauge({
    name: "apiserver_storage_objects",
    help: "Number of stored objects of each resource.",
    labelNames: ["resource"],
    registers: [registry],
  });
  for (const [resource, storageKey] of storedResources(core)) {
    objects.set({ resource }, core.store.list(storageKey).length);
  }
  new Gauge({
    name: "lectern_cluster_failures",
    help: "Refused writes, and work that failed where no request waited for it, since the start.",
    registers: [registry],
  }).set(core.failures.count);
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory size in bytes.",
    registers: [registry],
  }).set(process.memoryUsage.rss());
  return registry.metrics();
}

/** Each stored resource once, by its qualified name. */
function storedResources(core: ApiCore): Map<string, string> {
  const stored = core.registry.types().filter(({ verbs }) => verbs.includes("list"));
  return new Map(
    stored.map(({ storageKey }) => {
      const [group = "", resource = ""] = storageKey.split("/");
      return [group === "" ? resource : `${resource}.${group}`, storageKey];
    }),
  );
}
