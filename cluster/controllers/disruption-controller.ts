import { labelSelectorMatcher } from "../selector/label-selector.js";
import { timestampOf } from "./clock.js";
import { withCondition } from "./conditions.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import type { EventText } from "./event-recorder.js";
import type { Inventory } from "./inventory.js";
import { isSameJson } from "./json-equality.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { Condition, LabelSelector, Pod, PodDisruptionBudget } from "./object-kinds.js";
import { numberAt } from "../api/field-access.js";
import { controllerOf } from "./owner-references.js";
import { isActivePod, isReadyPod } from "./pod-state.js";
import { podDisruptionBudgets, pods, statusOf } from "./resource-refs.js";

const NAME = "disruption-controller";
/** What makes pods and has no number of them in its spec that can be read as a scale. */
const WITHOUT_SCALE = new Set(["daemonsets.apps", "jobs.batch"]);

/** Says in the status of each PodDisruptionBudget how many of its pods may be evicted now. */
export function createDisruptionController(context: ControllerContext, inventory: Inventory): Controller {
  const { api } = context;
  const recorder = context.recorder("controllermanager");
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
      const covered = coveredPods(context, budget);
      const { status, events } = judge(context, inventory, budget, covered);
      if (isSameJson(status, budget.status)) return;
      // A real controller repeats them with every look at the pods; here it is looked more often.
      for (const event of events) recorder.record(budget, event);
      const changed = { ...structuredClone(budget), status };
      await api.update(statusOf(podDisruptionBudgets), changed, writesOf(NAME));
    },
  };
}

/** The status of the budget, and what a real controller would tell of it. */
function judge(
  context: ControllerContext,
  inventory: Inventory,
  budget: PodDisruptionBudget,
  covered: Pod[],
): { status: object; events: EventText[] } {
  const known = budget.status?.conditions;
  const now = timestampOf(context.clock.now());
  const events: EventText[] = [];
  if (covered.length === 0)
    events.push({ type: "Normal", reason: "NoPods", message: "No matching pods found" });
  try {
    const status = statusFor(budget, covered, inventory, context);
    if (!isCounted(budget) && covered.some((pod) => controllerOf(pod) === undefined))
      events.push({ type: "Warning", reason: "UnmanagedPods", message: unmanagedText(budget) });
    const condition = conditionOf(budget, status.disruptionsAllowed, now);
    return { status: { ...status, conditions: withCondition(known, condition) }, events };
  } catch (error) {
    if (!(error instanceof ScaleError)) throw error;
    const { message } = error;
    events.push({
      type: "Warning",
      reason: "CalculateExpectedPodCountFailed",
      message: `Failed to calculate the number of expected pods: ${message}`,
    });
    // Nothing may be evicted while nobody knows how many pods there are to be.
    const counts = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...budget.status };
    const condition: Condition = {
      ...conditionOf(budget, 0, now),
      reason: "SyncFailed",
      message,
      observedGeneration: numberAt(budget, "status.observedGeneration"),
    };
    return {
      status: { ...counts, disruptionsAllowed: 0, conditions: withCondition(known, condition) },
      events,
    };
  }
}

/** What owns pods but does not say how many they are to be. */
class ScaleError extends Error {
  override name = "ScaleError";
}

/** Whether the budget counts the pods themselves, whoever made them. */
function isCounted({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable === undefined && typeof spec.minAvailable === "number";
}

function unmanagedText({ spec }: PodDisruptionBudget): string {
  return `Pods selected by this PodDisruptionBudget (selector: ${goSelector(spec.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}

/** A selector as Go prints it. */
function goSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "nil";
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const labels = Object.entries(matchLabels)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join("")}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join("")}},}`;
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
  budget: PodDisruptionBudget,
  covered: Pod[],
  inventory: Inventory,
  context: ControllerContext,
): Counts {
  const { spec, metadata } = budget;
  const { minAvailable, maxUnavailable } = spec;
  const expectedPods = isCounted(budget) ? covered.length : replicasOfOwners(covered, inventory, context);
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

/** How many pods the owners of the covered ones want; throws where an owner does not say. A pod without an owner counts nothing. */
function replicasOfOwners(covered: Pod[], inventory: Inventory, { api }: ControllerContext): number {
  const wanted = new Map<string, number>();
  for (const pod of covered) {
    const owner = controllerOf(pod);
    if (owner === undefined) continue;
    const { ref } = inventory.ofKind(owner.apiVersion, owner.kind) ?? {};
    if (ref !== undefined && WITHOUT_SCALE.has(`${ref.resource}.${ref.group}`))
      throw new ScaleError(`${ref.resource}.${ref.group} does not implement the scale subresource`);
    const object = ref && api.find(ref, { namespace: namespaceOf(pod), name: owner.name });
    if (object?.metadata.uid !== owner.uid)
      throw new ScaleError(`found no controllers for pod ${JSON.stringify(nameOf(pod))}`);
    wanted.set(owner.uid, numberAt(object, "spec.replicas", 1));
  }
  return [...wanted.values()].reduce((sum, replicas) => sum + replicas, 0);
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
