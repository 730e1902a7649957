import type { ApiService } from "../api/service.js";
import { recordsAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Pod } from "../controllers/object-kinds.js";
import { containersOf, statusOfContainer } from "../controllers/pod-status.js";
import { ownImagesOf } from "./own-images.js";

/** Sources of volumes that a pod's folder can hold; storage that outlives pods, and the machine's own, are not among them. */
const FILE_SOURCES = ["configMap", "secret", "emptyDir", "downwardAPI", "projected"];

/**
 * Whether the pod has real processes or gets them. One that has had some goes on with them, whatever becomes of its images: it would run unseen
 * otherwise, be called simulated, and never be ended. For others each of its images is known to the runtime, be it as one that is missing, and each volume
 * can be files. Containers of a pod meet on its network and in its volumes, so that one that is simulated beside real ones would
 * make liars of those: such a pod is simulated as a whole.
 */
export function hasRealContainers(
  runtime: ContainerRuntime | undefined,
  api: Pick<ApiService, "find">,
  pod: Pod,
): runtime is ContainerRuntime {
  const { spec } = pod;
  if (runtime === undefined) return false;
  if (hasBegun(pod)) return true;
  if (spec.hostNetwork === true) return false;
  if (!recordsAt(spec, "volumes").every(isOfFiles)) return false;
  const ownImages = ownImagesOf(api, pod);
  // Containers that are added for debugging do not change what the pod is.
  return [...(spec.initContainers ?? []), ...spec.containers].every(
    ({ image = "" }) => runtime.image(image, ownImages).kind !== "unknown",
  );
}

/** A simulated container has no id. */
function hasBegun(pod: Pod): boolean {
  return containersOf(pod).some(({ name }) => statusOfContainer(pod.status, name)?.containerID !== undefined);
}

function isOfFiles(volume: JsonObject): boolean {
  return Object.keys(volume).every((field) => field === "name" || FILE_SOURCES.includes(field));
}
