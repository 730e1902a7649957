import type { ContainerConfigFailure } from "../../cluster/containers/container-runtime.js";

/** What the runtime finds of a container that asks for a path its volume does not have. */
export class ContainerConfigError extends Error implements ContainerConfigFailure {
  override readonly name = "ContainerConfigError";
}
