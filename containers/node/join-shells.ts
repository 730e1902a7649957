import { closeSync, openSync } from "node:fs";
import type { Networks } from "./networks.js";

/** Of a session's shells among pods; no pod is given it. */
const ADDRESS = "10.244.255.254";
const LINK = "pods";

/** Connects the network of a session's shells, at the path, to the pods of one network; returns the way to take it out again. Throws `SystemCallError`. */
export function joinShells(networks: Networks, network: string, path: string): () => void {
  const descriptor = openSync(path, "r");
  try {
    return networks.join(network, { descriptor, address: ADDRESS, link: LINK });
  } finally {
    closeSync(descriptor);
  }
}
