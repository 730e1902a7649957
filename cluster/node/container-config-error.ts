import type { ContainerConfigFailure } from "../containers/container-runtime.js";

/** What the cluster finds by itself of a pod that asks for what its volumes do not have. */
export class ContainerConfigError extends Error implements ContainerConfigFailure {
  override readonly name = "ContainerConfigError";
}

/** Whether the container was not begun for what its pod asks of its volumes, whoever found that. */
export function isConfigFailure(error: unknown): error is ContainerConfigFailure {
  return error instanceof Error && error.name === "ContainerConfigError";
}
