import type { ApiObject } from "../api/object.js";
import type { WatchEvent } from "../api/service.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import type { Deployment } from "./object-kinds.js";
import { keyOf, locationOfKey, namespaceOf } from "./object-keys.js";
import { controllerKey, controllerOf } from "./owner-references.js";
import { deployments, pods, replicaSets } from "./resource-refs.js";
import type { WorkQueue } from "./work-queue.js";
import { Rollout } from "./deployment-rollout.js";

const NAME = "deployment-controller";

/** Keeps one ReplicaSet per template of each Deployment and moves the pods to the present one by its strategy. */
export function createDeploymentController(context: ControllerContext): Controller {
  const { api } = context;
  const recorder = context.recorder(NAME);
  const writes = writesOf(NAME);
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(deployments, ({ object }) => queue.add(keyOf(object))),
      api.watch(replicaSets, (event) => addDeploymentsOf(context, queue, event)),
      api.watch(pods, ({ type, object }) => {
        if (type === "DELETED") addDeploymentOfPod(context, queue, object);
      }),
    ],
    reconcile: async (key, queue) => {
      const deployment = api.find(deployments, locationOfKey(key)) as Deployment | undefined;
      if (deployment !== undefined) await new Rollout(context, recorder, writes, deployment).sync(queue);
    },
  };
}

function addDeploymentsOf(
  { api }: ControllerContext,
  queue: WorkQueue,
  { object, previous }: WatchEvent,
): void {
  for (const replicaSet of previous === undefined ? [object] : [object, previous]) {
    const key = controllerKey(replicaSet, "Deployment");
    if (key !== undefined) queue.add(key);
  }
  if (controllerOf(object) !== undefined) return;
  for (const deployment of api.list(deployments, { namespace: namespaceOf(object) }))
    queue.add(keyOf(deployment));
}

/** With the strategy Recreate, the last old pod that goes lets the new ones come. */
function addDeploymentOfPod({ api }: ControllerContext, queue: WorkQueue, pod: ApiObject): void {
  const owner = controllerKey(pod, "ReplicaSet");
  const replicaSet = owner === undefined ? undefined : api.find(replicaSets, locationOfKey(owner));
  const key = replicaSet === undefined ? undefined : controllerKey(replicaSet, "Deployment");
  if (key !== undefined) queue.add(key);
}
