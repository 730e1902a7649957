import { numberAt } from "../api/field-access.js";
import type { ResourceRef } from "../api/object.js";
import { timestampOf } from "./clock.js";
import { withCondition } from "./conditions.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import type { Inventory } from "./inventory.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, namespaceOf } from "./object-keys.js";
import type { Condition, HorizontalPodAutoscaler } from "./object-kinds.js";
import { isNotFound } from "./pod-control.js";
import { horizontalPodAutoscalers, statusOf } from "./resource-refs.js";
import type { EventRecorder } from "./event-recorder.js";

const NAME = "horizontal-pod-autoscaler";
/** Milliseconds between two looks, as a real controller manager has them. */
const SYNC_PERIOD_MS = 15_000;
const NO_METRICS =
  "the HPA was unable to compute the replica count: no metrics: the embedded cluster runs no containers, so there is nothing to measure";

/** Keeps targets between the bounds of their autoscaler; says of metrics what a cluster without a metrics server says. */
export function createAutoscalerController(context: ControllerContext, inventory: Inventory): Controller {
  const { api } = context;
  const recorder = context.recorder(NAME);
  return {
    name: NAME,
    watch: (queue) => [api.watch(horizontalPodAutoscalers, ({ object }) => queue.add(keyOf(object)))],
    reconcile: async (key, queue) => {
      const found = api.find(horizontalPodAutoscalers, locationOfKey(key));
      if (found === undefined || found.metadata.deletionTimestamp !== undefined) return;
      await sync(context, inventory, recorder, found as HorizontalPodAutoscaler);
      queue.addAfter(key, SYNC_PERIOD_MS);
    },
  };
}

async function sync(
  context: ControllerContext,
  inventory: Inventory,
  recorder: EventRecorder,
  autoscaler: HorizontalPodAutoscaler,
): Promise<void> {
  const now = timestampOf(context.clock.now());
  const condition = (type: string, status: "True" | "False", reason: string, message: string): Condition => ({
    type,
    status,
    reason,
    message,
    lastTransitionTime: now,
  });
  const target = scaleOfTarget(context, inventory, autoscaler);
  const { status = {} } = autoscaler;
  if (target === undefined) {
    const { kind, name } = autoscaler.spec.scaleTargetRef;
    const message = `the HPA controller was unable to get the target's current scale: ${kind} ${JSON.stringify(name)} not found`;
    recorder.record(autoscaler, { type: "Warning", reason: "FailedGetScale", message });
    const conditions = withCondition(
      status.conditions,
      condition("AbleToScale", "False", "FailedGetScale", message),
    );
    return writeStatus(context, autoscaler, {
      currentReplicas: 0,
      desiredReplicas: 0,
      ...status,
      conditions,
    });
  }
  const { current, wanted } = target;
  if (wanted !== current) await rescale(context, recorder, autoscaler, target);
  else
    recorder.record(autoscaler, { type: "Warning", reason: "FailedGetResourceMetric", message: NO_METRICS });
  const able = condition(
    "AbleToScale",
    "True",
    "SucceededGetScale",
    "the HPA controller was able to get the target's current scale",
  );
  const active =
    current === 0
      ? condition(
          "ScalingActive",
          "False",
          "ScalingDisabled",
          "scaling is disabled since the replica count of the target is zero",
        )
      : condition("ScalingActive", "False", "FailedGetResourceMetric", NO_METRICS);
  const conditions = withCondition(withCondition(status.conditions, able), active);
  const observed = { currentReplicas: current, desiredReplicas: wanted };
  await writeStatus(context, autoscaler, { ...status, ...observed, conditions });
}

interface Target {
  ref: ResourceRef;
  current: number;
  wanted: number;
}

/** The target's replicas, and the nearest count the bounds allow; zero means that nobody wants it scaled. */
function scaleOfTarget(
  { api }: ControllerContext,
  inventory: Inventory,
  autoscaler: HorizontalPodAutoscaler,
): Target | undefined {
  const { scaleTargetRef, minReplicas = 1, maxReplicas } = autoscaler.spec;
  const resource = inventory.ofKind(scaleTargetRef.apiVersion ?? "", scaleTargetRef.kind);
  if (resource === undefined) return undefined;
  const ref = { ...resource.ref, subresource: "scale" };
  try {
    const scale = api.get(ref, { namespace: namespaceOf(autoscaler), name: scaleTargetRef.name });
    const current = numberAt(scale, "spec.replicas");
    const wanted = current === 0 ? 0 : Math.min(Math.max(current, minReplicas), maxReplicas);
    return { ref, current, wanted };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function rescale(
  { api }: ControllerContext,
  recorder: EventRecorder,
  autoscaler: HorizontalPodAutoscaler,
  { ref, current, wanted }: Target,
): Promise<void> {
  const at = { namespace: namespaceOf(autoscaler), name: autoscaler.spec.scaleTargetRef.name };
  const scale = structuredClone(api.get(ref, at));
  await api.update(ref, { ...scale, spec: { replicas: wanted } }, writesOf(NAME));
  const bound = wanted > current ? "below Spec.MinReplicas" : "above Spec.MaxReplicas";
  const message = `New size: ${wanted}; reason: Current number of replicas ${bound}`;
  recorder.record(autoscaler, { type: "Normal", reason: "SuccessfulRescale", message });
}

async function writeStatus(
  { api }: ControllerContext,
  autoscaler: HorizontalPodAutoscaler,
  status: HorizontalPodAutoscaler["status"] & object,
): Promise<void> {
  if (isSameJson(status, autoscaler.status ?? {})) return;
  const changed = { ...structuredClone(autoscaler), status };
  await api.update(statusOf(horizontalPodAutoscalers), changed, writesOf(NAME));
}
