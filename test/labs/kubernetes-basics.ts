import { fileURLToPath } from "node:url";

/** The lab that ends with pages on pods that really run. */
export const KUBERNETES_BASICS = fileURLToPath(new URL("../../content/kubernetes-basics", import.meta.url));

/** Its page that asks from a shell in the network of the pods, which `lectern serve` and `lectern validate` give, and a terminal host by itself does not. */
export const NEEDS_THE_PODS_NETWORK = "Asking a Service";

const NEED_CONTAINERS: readonly string[] = [
  "Logs",
  "Commands in a container",
  "A port of a pod",
  NEEDS_THE_PODS_NETWORK,
  "A pod that crashes",
];

/** Whether a page of it, by its title, asks of pods what only processes answer. */
export function needsContainers(title: string): boolean {
  return NEED_CONTAINERS.includes(title);
}
