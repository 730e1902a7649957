import { DOCKER_HUB } from "./reference.js";

/** Hosts that serve the images of Docker Hub; what blocks one has to block all. */
export const DOCKER_HUB_HOSTS = [
  DOCKER_HUB,
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
] as const;

/** Whether a host, in any case of letters, is Docker Hub under one of its names. */
export function isDockerHub(host: string): boolean {
  return DOCKER_HUB_HOSTS.some((name) => name === host.toLowerCase());
}
