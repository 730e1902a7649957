import { isDockerHub } from "./docker-hub.js";
import type { Effect } from "./manifest.js";
import { DOCKER_HUB, type ImageReference } from "./reference.js";

/** The parts of an image as rules see them. */
export interface ImageView {
  host: string;
  port: string;
  path: string;
  tag: string;
  digest: string;
}

const HTTPS_PORT = "443";

/**
 * What rules compare with. Hosts are DNS names, so their case is folded. Rules that block see through the other names of Docker Hub and
 * take a missing port for 443; rules that allow take the reference as it is, which can only refuse more.
 */
export function viewImage(reference: ImageReference, effect: Effect): ImageView {
  const { port, path, effectiveTag: tag, digest } = reference;
  const host = reference.host.toLowerCase();
  if (effect === "allow") return { host, port, path, tag, digest };
  const isHub = isDockerHub(host);
  return {
    host: isHub ? DOCKER_HUB : host,
    port: port || HTTPS_PORT,
    path: isHub && !path.includes("/") ? `library/${path}` : path,
    tag,
    digest,
  };
}
