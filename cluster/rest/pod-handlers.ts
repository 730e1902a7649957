import { copyJson } from "../api/copy-json.js";
import { numberAt, recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { HandlerRequest, HandlerSet } from "../api/handlers.js";
import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import { badRequest, conflict, internalError, StatusError } from "../api/status.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import { timestamp } from "../validation/timestamp.js";

const PODS = { group: "", version: "v1", resource: "pods" };
const SEVERAL_BUDGETS =
  "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
/** Times an eviction looks at its budget again because another one changed it. */
const SPEND_ATTEMPTS = 20;
const BUDGETS = { group: "policy", version: "v1", resource: "poddisruptionbudgets" };

/** What POST does on the subresources of pods that are not views of the pod. */
export function createPodHandlers(api: ApiService, now: () => Date): HandlerSet {
  return {
    subresources: [
      { ...PODS, subresource: "eviction", create: (request) => evict(api, request) },
      { ...PODS, subresource: "binding", create: (request) => bind(api, request, now()) },
    ],
    virtual: [],
  };
}

/** Deletes the pod unless a disruption budget forbids it. */
async function evict(api: ApiService, request: HandlerRequest): Promise<ApiObject> {
  const at = locationOf(request);
  requireName(request, "Eviction");
  const pod = api.get(PODS, at);
  const { gracePeriodSeconds, dryRun: options } = recordAt(request.body, "deleteOptions") ?? {};
  const dryRun = request.dryRun || (Array.isArray(options) && options.includes("All"));
  if (!isFreeToGo(pod)) await spendDisruption(api, request, pod, dryRun);
  await api.delete(PODS, at, {
    user: request.user,
    warn: request.warn,
    dryRun,
    ...(typeof gracePeriodSeconds === "number" && { gracePeriodSeconds }),
  });
  return success();
}

/** What serves nobody disturbs nobody by going. */
function isFreeToGo(pod: ApiObject): boolean {
  const isServing = !["Succeeded", "Failed", "Pending"].includes(textAt(pod, "status.phase"));
  return !isServing || pod.metadata.deletionTimestamp !== undefined;
}

/** Takes one of the disruptions the pod's budget allows, at once: the next eviction must not count on it again. */
async function spendDisruption(
  api: ApiService,
  request: HandlerRequest,
  pod: ApiObject,
  dryRun: boolean,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const budget = budgetOf(api, pod);
    if (budget === undefined) return;
    const allowed = numberAt(budget, "status.disruptionsAllowed");
    const isSettled = numberAt(budget, "status.observedGeneration") >= (budget.metadata.generation ?? 0);
    if (!isSettled || allowed < 1) throw notEvictable(budget);
    if (dryRun) return;
    const spent = copyJson(budget);
    spent["status"] = { ...recordAt(spent, "status"), disruptionsAllowed: allowed - 1 };
    try {
      await api.update({ ...BUDGETS, subresource: "status" }, spent, { user: request.user });
      return;
    } catch (error) {
      // Another eviction, or the controller, wrote it meanwhile.
      const isConflict = error instanceof StatusError && error.code === 409;
      if (!isConflict || attempt >= SPEND_ATTEMPTS) throw error;
    }
  }
}

function budgetOf(api: ApiService, pod: ApiObject): ApiObject | undefined {
  const namespace = pod.metadata.namespace ?? "";
  const [budget, ...others] = api.list(BUDGETS, { namespace }).filter((each) => covers(each, pod));
  if (others.length > 0) throw internalError(SEVERAL_BUDGETS);
  return budget;
}

function covers(budget: ApiObject, pod: ApiObject): boolean {
  const selector = recordAt(budget, "spec.selector");
  return selector !== undefined && labelSelectorMatcher(selector)(pod.metadata.labels);
}

async function bind(api: ApiService, request: HandlerRequest, now: Date): Promise<ApiObject> {
  const at = locationOf(request);
  requireName(request, "Binding");
  const pod = copyJson(api.get(PODS, at));
  const current = textAt(pod, "spec.nodeName");
  if (current !== "") {
    throw conflict(
      { group: "", resource: "pods/binding" },
      at.name,
      `pod ${at.name} is already assigned to node ${JSON.stringify(current)}`,
    );
  }
  pod["spec"] = { ...recordAt(pod, "spec"), nodeName: textAt(request.body, "target.name") };
  const scheduled = {
    type: "PodScheduled",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: timestamp(now),
  };
  const others = recordsAt(pod, "status.conditions").filter(({ type }) => type !== "PodScheduled");
  pod["status"] = { ...recordAt(pod, "status"), conditions: [...others, scheduled] };
  const { user, dryRun, warn } = request;
  await api.update({ ...PODS, subresource: "binding" }, pod, { user, dryRun, warn });
  return success();
}

/** The body says whose it is, and must mean the pod of the address. */
function requireName({ body, name = "" }: HandlerRequest, kind: string): void {
  if (textAt(body, "metadata.name") === name) return;
  throw badRequest(`name in URL does not match name in ${kind} object`);
}

function locationOf({ namespace = "", name = "" }: HandlerRequest): { namespace: string; name: string } {
  return { namespace, name };
}

function notEvictable({ metadata, ...rest }: ApiObject): StatusError {
  const allowed = { metadata, ...rest };
  const desired = numberAt(allowed, "status.desiredHealthy");
  const current = numberAt(allowed, "status.currentHealthy");
  return new StatusError({
    code: 429,
    reason: "TooManyRequests",
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [
        {
          reason: "DisruptionBudget",
          message: `The disruption budget ${metadata.name ?? ""} needs ${desired} healthy pods and has ${current} currently`,
        },
      ],
    },
  });
}

function success(): ApiObject {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };
}
