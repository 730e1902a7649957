import type { TestProject } from "vitest/node";
import { skipWithoutNode } from "../kubernetes/node/requirements.js";
import { startCluster } from "../kubernetes/node/start-cluster.js";
import "./real-cluster.js";

/** Starts one real cluster for the whole run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (await skipWithoutNode("what needs a real cluster")) {
    project.provide("realCluster", undefined);
    return () => Promise.resolve();
  }
  const start = Date.now();
  const cluster = await startCluster();
  process.stderr.write(`a real cluster is ready after ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
  project.provide("realCluster", {
    kubeconfig: cluster.kubeconfig,
    kubectl: cluster.kubectl,
    node: cluster.node.identity,
  });
  return () => cluster.stop();
}
