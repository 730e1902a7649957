import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startCluster } from "../../../cluster/start.js";
import { skipWithoutControlPlane } from "../control-plane/requirements.js";
import { startControlPlane } from "../control-plane/start-control-plane.js";

/** Paths of what the parity tests run against. */
export interface ParityClusters {
  kubectl: string;
  /** Kubeconfigs of the two clusters. */
  embedded: string;
  real: string;
}

declare module "vitest" {
  interface ProvidedContext {
    /** Absent where no real control plane can be built; the reason has been printed. */
    clusters: ParityClusters | undefined;
  }
}

/** Starts one embedded and one real cluster for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (skipWithoutControlPlane("parity of the embedded cluster with a real Kubernetes")) {
    project.provide("clusters", undefined);
    return () => Promise.resolve();
  }
  const real = await startControlPlane();
  const dataDir = mkdtempSync(join(tmpdir(), "lectern-parity-"));
  const embedded = await startCluster({ dataDir });
  project.provide("clusters", {
    kubectl: real.kubectl,
    embedded: embedded.kubeconfigPath,
    real: real.kubeconfig,
  });
  return async () => {
    await embedded.close();
    await real.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
