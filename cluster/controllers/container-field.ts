import type { EventText } from "./event-recorder.js";
import type { Pod } from "./object-kinds.js";

const LISTS = ["initContainers", "ephemeralContainers"] as const;

/** The text as one of the pod's container of this name, as a kubelet writes it: with the place of the container in the pod. */
export function aboutContainer({ spec }: Pod, name: string, text: EventText): EventText {
  const list = LISTS.find((each) => spec[each]?.some((container) => container.name === name)) ?? "containers";
  return { ...text, fieldPath: `spec.${list}{${name}}` };
}
