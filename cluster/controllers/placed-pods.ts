import type { ApiObject } from "../api/object.js";
import type { WatchEvent } from "../api/service.js";
import { isSameJson } from "./json-equality.js";
import { requiredTerms } from "./inter-pod-affinity.js";
import { keyOf } from "./object-keys.js";
import type { Pod } from "./object-kinds.js";

/** The pods of each node, kept by watching so that placing one need not look at all. */
export class PlacedPods {
  readonly #byNode = new Map<string, Map<string, Pod>>();
  /** Pods that keep others away, by key. */
  readonly #keepingAway = new Map<string, Pod>();

  /** True when there is a pod more to be near, or one that is labelled otherwise. */
  take(type: WatchEvent["type"], pod: Pod): boolean {
    const { nodeName } = pod.spec;
    if (!nodeName) return false;
    const { phase } = pod.status ?? {};
    const key = keyOf(pod);
    const onNode = this.#byNode.get(nodeName) ?? new Map<string, Pod>();
    this.#byNode.set(nodeName, onNode);
    if (type === "DELETED" || phase === "Succeeded" || phase === "Failed") {
      onNode.delete(key);
      this.#keepingAway.delete(key);
      return false;
    }
    const known = onNode.get(key);
    onNode.set(key, pod);
    if (requiredTerms(pod, "podAntiAffinity").length > 0) this.#keepingAway.set(key, pod);
    return known === undefined || !isSameJson(known.metadata.labels, pod.metadata.labels);
  }

  on(node: string): ReadonlyMap<string, Pod> {
    return this.#byNode.get(node) ?? new Map<string, Pod>();
  }

  all(): Pod[] {
    return [...this.#byNode.values()].flatMap((onNode) => [...onNode.values()]);
  }

  /** Placed pods with a required anti-affinity. */
  keepingAway(): Iterable<Pod> {
    return this.#keepingAway.values();
  }

  /** The same without some pods, as if these had gone. */
  without(gone: Pod[]): PlacedPods {
    const names = new Set(gone.map(keyOf));
    const rest = new PlacedPods();
    rest.labelsOfNode = this.labelsOfNode;
    rest.nodes = this.nodes;
    for (const pod of this.all()) if (!names.has(keyOf(pod))) rest.take("ADDED", pod);
    return rest;
  }

  /** Labels of a node, by which pods on different nodes may count as being in one place. */
  labelsOfNode: (node: string) => Record<string, string> = () => ({});

  /** All nodes, over whose places pods may have to be spread. */
  nodes: () => readonly ApiObject[] = () => [];
}
