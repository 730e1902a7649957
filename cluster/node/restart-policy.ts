import type { Container, Pod } from "../controllers/object-kinds.js";
import { isSidecar } from "../controllers/pod-status.js";
import type { ContainerRecord } from "./container-record.js";
import type { PodRecord } from "./pod-record.js";

/** Whether the containers that sidecars serve have ended for good. */
export function isDone(pod: Pod, record: PodRecord): boolean {
  return pod.spec.containers.every((container) => {
    const each = record.container(pod, container);
    return each.state.terminated !== undefined && !isRestarted(pod, container, each);
  });
}

/** Whether the container is started again once it has ended as it has. */
export function isRestarted({ spec }: Pod, container: Container, { ended }: ContainerRecord): boolean {
  if (isSidecar(container)) return true;
  if ((spec.ephemeralContainers ?? []).some(({ name }) => name === container.name)) return false;
  const { restartPolicy = "Always" } = spec;
  const isInit = (spec.initContainers ?? []).some(({ name }) => name === container.name);
  if (restartPolicy === "Never") return false;
  return restartPolicy === "Always" && !isInit ? true : ended?.exitCode !== 0;
}
