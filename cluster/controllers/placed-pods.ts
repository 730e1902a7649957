import type { WatchEvent } from "../api/service.js";
import { requiredTerms } from "./inter-pod-affinity.js";
import { keyOf } from "./object-keys.js";
import type { Pod } from "./object-kinds.js";

/** The pods of each node, kept by watching so that placing one need not look at all. */
export class PlacedPods {
  readonly #byNode = new Map<string, Map<string, Pod>>();
  /** Pods that keep others away, by key. */
  readonly #keepingAway = new Map<string, Pod>();

  take(type: WatchEvent["type"], pod: Pod): void {
    const { nodeName } = pod.spec;
    if (!nodeName) return;
    const { phase } = pod.status ?? {};
    const key = keyOf(pod);
    const onNode = this.#byNode.get(nodeName) ?? new Map<string, Pod>();
    this.#byNode.set(nodeName, onNode);
    if (type === "DELETED" || phase === "Succeeded" || phase === "Failed") {
      onNode.delete(key);
      this.#keepingAway.delete(key);
      return;
    }
    onNode.set(key, pod);
    if (requiredTerms(pod, "podAntiAffinity").length > 0) this.#keepingAway.set(key, pod);
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
    for (const pod of this.all()) if (!names.has(keyOf(pod))) rest.take("ADDED", pod);
    return rest;
  }

  /** Labels of a node, by which pods on different nodes may count as being in one place. */
  labelsOfNode: (node: string) => Record<string, string> = () => ({});
}
