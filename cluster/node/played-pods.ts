import type { ApiService } from "../api/service.js";
import { recordsAt } from "../api/field-access.js";
import type { JsonObject } from "../api/field-access.js";
import type { ContainerRuntime } from "../containers/container-runtime.js";
import type { Pod } from "../controllers/object-kinds.js";
import { containersOf, statusOfContainer } from "../controllers/pod-status.js";
import { ownImagesOf } from "./own-images.js";

/** Sources of volumes that a pod's folder can hold; storage that outlives pods, and the machine's own, are not among them. */
const FILE_SOURCES = ["configMap", "secret", "emptyDir", "downwardAPI", "projected"];

/** Whether the pod has real processes or gets them. */
export function hasRealContainers(
  runtime: ContainerRuntime | undefined,
  api: Pick<ApiService, "find">,
  pod: Pod,
): runtime is ContainerRuntime {
  return runtime !== undefined && whySimulated(runtime, api, pod) === undefined;
}

/**
 * What of a pod no process can be given here, in words; `undefined` where it has real ones or gets them. One that has had some goes on with them, whatever
 * becomes of its images: it would run unseen otherwise, be called simulated, and never be ended. Of others each image is to be known to the runtime, be it
 * as one that is missing, and each volume can be files. Containers of a pod meet on its network and in its volumes, so that one that is simulated
 * beside real ones would make liars of those: such a pod is simulated as a whole.
 */
export function whySimulated(
  runtime: ContainerRuntime,
  api: Pick<ApiService, "find">,
  pod: Pod,
): string | undefined {
  const { spec } = pod;
  if (hasBegun(pod)) return undefined;
  if (spec.hostNetwork === true) return "it asks for the machine's own network (hostNetwork)";
  const volume = recordsAt(spec, "volumes").find((each) => !isOfFiles(each));
  if (volume !== undefined) {
    const sources = Object.keys(volume).filter((field) => field !== "name");
    return `its volume ${JSON.stringify(volume["name"])} (${sources.join(", ")}) cannot be had here`;
  }
  const ownImages = ownImagesOf(api, pod);
  // Containers that are added for debugging do not change what the pod is.
  const unknown = [...(spec.initContainers ?? []), ...spec.containers].find(
    ({ image = "" }) => runtime.image(image, ownImages).kind === "unknown",
  );
  return unknown && `its image ${JSON.stringify(unknown.image)} is none that is known here`;
}

/** A simulated container has no id. */
function hasBegun(pod: Pod): boolean {
  return containersOf(pod).some(({ name }) => statusOfContainer(pod.status, name)?.containerID !== undefined);
}

function isOfFiles(volume: JsonObject): boolean {
  return Object.keys(volume).every((field) => field === "name" || FILE_SOURCES.includes(field));
}
