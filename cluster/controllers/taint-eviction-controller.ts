import type { ApiObject } from "../api/object.js";
import { recordsAt } from "../api/field-access.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import { disruptPod } from "./disrupt-pod.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { Pod } from "./object-kinds.js";
import { isActivePod } from "./pod-state.js";
import { nodes, pods } from "./resource-refs.js";
import type { Taint } from "./taints.js";
import { toleratedSeconds } from "./taints.js";

const NAME = "taint-eviction-controller";
/** The words of the real one. */
const TAINTED = {
  reason: "DeletionByTaintManager",
  message: "Taint manager: deleting due to NoExecute taint",
};

/** Deletes the pods of a node that do not tolerate its NoExecute taints, when their time is over. */
export function createTaintEvictionController(context: ControllerContext): Controller {
  const { api, clock } = context;
  const recorder = context.recorder(NAME);
  const writes = writesOf(NAME);
  /** Since when each pod has been under the taints of its node, by uid. */
  const since = new Map<string, number>();
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(nodes, ({ object, previous }) => {
        if (!hasChanged(object, previous)) return;
        for (const pod of api.list(pods, { fieldSelector: `spec.nodeName=${nameOf(object)}` }))
          queue.add(keyOf(pod));
      }),
      api.watch(pods, ({ type, object }) => {
        if (type === "DELETED") since.delete(object.metadata.uid ?? "");
        else if ((object as Pod).spec.nodeName) queue.add(keyOf(object));
      }),
    ],
    reconcile: async (key, queue) => {
      const pod = api.find(pods, locationOfKey(key)) as Pod | undefined;
      if (pod === undefined || !isActivePod(pod)) return;
      const uid = pod.metadata.uid ?? "";
      const node = api.find(nodes, { name: pod.spec.nodeName ?? "" });
      const taints = noExecuteTaints(node);
      if (taints.length === 0) return void since.delete(uid);
      const nowMs = clock.now().getTime();
      const sinceMs = since.get(uid) ?? nowMs;
      since.set(uid, sinceMs);
      const leftMs = sinceMs + toleratedSeconds(pod, taints) * 1000 - nowMs;
      if (leftMs === Infinity) return;
      if (leftMs > 0) return queue.addAfter(key, leftMs);
      await disruptPod(context, pod, TAINTED, writes);
      const message = `Marking for deletion Pod ${namespaceOf(pod)}/${nameOf(pod)}`;
      recorder.record(pod, { type: "Normal", reason: "TaintManagerEviction", message });
    },
  };
}

function hasChanged(node: ApiObject, previous: ApiObject | undefined): boolean {
  return JSON.stringify(noExecuteTaints(node)) !== JSON.stringify(noExecuteTaints(previous));
}

function noExecuteTaints(node: ApiObject | undefined): Taint[] {
  return recordsAt(node, "spec.taints").filter(({ effect }) => effect === "NoExecute") as unknown as Taint[];
}
