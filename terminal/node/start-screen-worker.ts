import { Worker, type ResourceLimits } from "node:worker_threads";

/** Reads the source as the tests read theirs; Node itself reads no TypeScript, and threads do not inherit a loader. */
const FROM_SOURCE = `import("tsx/esm/api").then(({ tsImport }) => tsImport(require("node:worker_threads").workerData, "file:///"))`;

/** Starts a thread for screens from the file beside this one, which is source where tests run from source. */
export function startScreenWorker(resourceLimits: ResourceLimits): Worker {
  const isSource = import.meta.url.endsWith(".ts");
  const file = new URL(`./screen-worker.${isSource ? "ts" : "js"}`, import.meta.url);
  return isSource
    ? new Worker(FROM_SOURCE, { eval: true, workerData: file.href, resourceLimits })
    : new Worker(file, { resourceLimits });
}
