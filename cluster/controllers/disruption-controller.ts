import { labelSelectorMatcher } from "../selector/label-selector.js";
import { timestampOf } from "./clock.js";
import { withCondition } from "./conditions.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import type { Inventory } from "./inventory.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, namespaceOf } from "./object-keys.js";
import type { Condition, Pod, PodDisruptionBudget } from "./object-kinds.js";
import { numberAt } from "../api/field-access.js";
import { controllerOf } from "./owner-references.js";
import { isActivePod, isReadyPod } from "./pod-state.js";
import { podDisruptionBudgets, pods, statusOf } from "./resource-refs.js";

const NAME = "disruption-controller";

/** Says in the status of each PodDisruptionBudget how many of its pods may be evicted now. */
export function createDisruptionController(context: ControllerContext, inventory: Inventory): Controller {
  const { api, clock } = context;
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(podDisruptionBudgets, ({ object }) => queue.add(keyOf(object))),
      api.watch(pods, ({ object }) => {
        for (const budget of api.list(podDisruptionBudgets, { namespace: namespaceOf(object) }))
          queue.add(keyOf(budget));
      }),
    ],
    reconcile: async (key) => {
      const budget = api.find(podDisruptionBudgets, locationOfKey(key)) as PodDisruptionBudget | undefined;
      if (budget === undefined || budget.metadata.deletionTimestamp !== undefined) return;
      const status = statusFor(budget, coveredPods(context, budget), inventory, context);
      const conditions = withCondition(
        budget.status?.conditions,
        conditionOf(budget, status.disruptionsAllowed, timestampOf(clock.now())),
      );
      const next = { ...status, conditions };
      if (isSameJson(next, budget.status)) return;
      const changed = { ...structuredClone(budget), status: next };
      await api.update(statusOf(podDisruptionBudgets), changed, writesOf(NAME));
    },
  };
}

function coveredPods({ api }: ControllerContext, { spec, metadata }: PodDisruptionBudget): Pod[] {
  if (spec.selector === undefined) return [];
  const matches = labelSelectorMatcher(spec.selector);
  const all = api.list(pods, { namespace: metadata.namespace ?? "" }) as Pod[];
  return all.filter((pod) => matches(pod.metadata.labels) && isActivePod(pod));
}

interface Counts {
  observedGeneration: number;
  disruptionsAllowed: number;
  currentHealthy: number;
  desiredHealthy: number;
  expectedPods: number;
}

function statusFor(
  { spec, metadata }: PodDisruptionBudget,
  covered: Pod[],
  inventory: Inventory,
  context: ControllerContext,
): Counts {
  const { minAvailable, maxUnavailable } = spec;
  const isCounted = typeof minAvailable === "number";
  const expectedPods = isCounted ? covered.length : replicasOfOwners(covered, inventory, context);
  const desiredHealthy =
    maxUnavailable === undefined
      ? shareOf(minAvailable ?? 1, expectedPods)
      : Math.max(0, expectedPods - shareOf(maxUnavailable, expectedPods));
  const currentHealthy = covered.filter(isReadyPod).length;
  const spare = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const observedGeneration = metadata.generation ?? 0;
  return { observedGeneration, disruptionsAllowed: spare, currentHealthy, desiredHealthy, expectedPods };
}

/** Percentages round up, for both fields. */
function shareOf(value: number | string, total: number): number {
  return typeof value === "number" ? value : Math.ceil((Number.parseFloat(value) / 100) * total);
}

/** How many pods the owners of the covered ones want; what has no owner that scales counts by itself. */
function replicasOfOwners(covered: Pod[], inventory: Inventory, { api }: ControllerContext): number {
  const wanted = new Map<string, number>();
  let alone = 0;
  for (const pod of covered) {
    const owner = controllerOf(pod);
    const resource = owner && inventory.ofKind(owner.apiVersion, owner.kind);
    const object = resource && api.find(resource.ref, { namespace: namespaceOf(pod), name: owner.name });
    if (object === undefined) alone += 1;
    else wanted.set(owner?.uid ?? "", numberAt(object, "spec.replicas", 1));
  }
  return [...wanted.values()].reduce((sum, replicas) => sum + replicas, alone);
}

function conditionOf({ metadata }: PodDisruptionBudget, allowed: number, now: string): Condition {
  const isAllowed = allowed > 0;
  return {
    type: "DisruptionAllowed",
    status: isAllowed ? "True" : "False",
    reason: isAllowed ? "SufficientPods" : "InsufficientPods",
    message: "",
    lastTransitionTime: now,
    observedGeneration: metadata.generation ?? 0,
  };
}
