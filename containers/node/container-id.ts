import type { ContainerSpec } from "../../cluster/containers/container-runtime.js";

/** `UID/NAME/ATTEMPT` begins with the pod. */
export function podOf(container: string): string {
  return container.split("/")[0] ?? "";
}

/** A name for its control groups. */
export function groupOf({ id }: ContainerSpec): string {
  return id.replaceAll("/", "-");
}
