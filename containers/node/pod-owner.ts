import type { SandboxSpec } from "../../cluster/containers/container-runtime.js";

/** Whose pods count together: those of a namespace of the platform's cluster, and all of a cluster that a session has of its own. */
export interface PodOwner {
  /** A file name that is no other owner's. */
  key: string;
  /** The session's own cluster; absent for the platform's. */
  cluster?: string;
  /** In words, behind "of". */
  words: string;
}

/** Names all that the pods of a session's own cluster share, their network as well. No namespace, after which others are named, has a dot in its name. */
export function keyOfCluster(cluster: string): string {
  return `own.${cluster}`;
}

/** The owner of the pod of a cluster, of which the platform's has no name. */
export function podOwner({ namespace }: Pick<SandboxSpec, "namespace">, cluster?: string): PodOwner {
  if (cluster !== undefined) return { key: keyOfCluster(cluster), cluster, words: "this cluster" };
  return { key: namespace, words: `the namespace ${namespace}` };
}
