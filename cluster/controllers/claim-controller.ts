import type { Controller, ControllerContext } from "./controller.js";
import { keyOf, locationOfKey } from "./object-keys.js";
import { textAt } from "../api/field-access.js";
import { persistentVolumeClaims } from "./resource-refs.js";

const MESSAGE =
  "the embedded cluster provisions no storage: the claim stays Pending, and pods that mount it are started without it (simulated)";

/** Says on each PersistentVolumeClaim why it stays Pending although its pods run. */
export function createClaimController(context: ControllerContext): Controller {
  const recorder = context.recorder("persistentvolume-controller");
  return {
    name: "persistent-volume-claims",
    watch: (queue) => [
      context.api.watch(persistentVolumeClaims, ({ type, object }) => {
        if (type === "ADDED") queue.add(keyOf(object));
      }),
    ],
    reconcile: (key) => {
      const claim = context.api.find(persistentVolumeClaims, locationOfKey(key));
      if (claim !== undefined && textAt(claim, "status.phase") !== "Bound")
        recorder.record(claim, { type: "Normal", reason: "NoVolumeProvisioned", message: MESSAGE });
      return Promise.resolve();
    },
  };
}
