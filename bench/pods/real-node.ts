import { execFileSync } from "node:child_process";
import { type ProductImages, productImages } from "../../test/cluster/product-images.js";
import { missingForImages } from "../../test/kubernetes/node/container-images.js";
import type { NodeNamespaces } from "../../test/kubernetes/node/node-namespaces.js";
import { missingForNode } from "../../test/kubernetes/node/requirements.js";
import { startCluster } from "../../test/kubernetes/node/start-cluster.js";

/** A real node with Lectern's images, for figures of pods. */
export interface RealNode {
  kubeconfig: string;
  node: NodeNamespaces;
  images: ProductImages;
  /** What kubectl prints; throws where it fails. */
  kubectl: (...words: string[]) => string;
}

/** What this machine lacks for one, as one sentence. */
export async function missingForPods(): Promise<string | undefined> {
  return (await missingForNode()) ?? missingForImages();
}

/** Starts one, uses it and ends it. */
export async function withRealNode<T>(use: (real: RealNode) => Promise<T>): Promise<T> {
  const cluster = await startCluster();
  try {
    const { kubeconfig, node } = cluster;
    const kubectl = (...words: string[]) =>
      execFileSync(cluster.kubectl, [`--kubeconfig=${kubeconfig}`, ...words], { encoding: "utf8" });
    return await use({ kubeconfig, node, images: await productImages(node), kubectl });
  } finally {
    await cluster.stop();
  }
}
