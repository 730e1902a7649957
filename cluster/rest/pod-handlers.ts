import { numberAt, recordAt, recordsAt, textAt } from "../api/field-access.js";
import type { HandlerRequest, HandlerSet } from "../api/handlers.js";
import type { ApiObject } from "../api/object.js";
import type { ApiService } from "../api/service.js";
import { conflict, StatusError } from "../api/status.js";
import { labelSelectorMatcher } from "../selector/label-selector.js";
import { timestamp } from "../validation/timestamp.js";

const PODS = { group: "", version: "v1", resource: "pods" };
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
  const pod = api.get(PODS, at);
  const budget = api
    .list(BUDGETS, { namespace: at.namespace })
    .find((each) => labelSelectorMatcher(recordAt(each, "spec.selector"))(pod.metadata.labels));
  const isEnded = ["Succeeded", "Failed"].includes(textAt(pod, "status.phase"));
  if (budget !== undefined && !isEnded && numberAt(budget, "status.disruptionsAllowed") < 1)
    throw notEvictable(budget);
  const { gracePeriodSeconds, dryRun } = recordAt(request.body, "deleteOptions") ?? {};
  await api.delete(PODS, at, {
    user: request.user,
    warn: request.warn,
    dryRun: request.dryRun || (Array.isArray(dryRun) && dryRun.includes("All")),
    ...(typeof gracePeriodSeconds === "number" && { gracePeriodSeconds }),
  });
  return success();
}

async function bind(api: ApiService, request: HandlerRequest, now: Date): Promise<ApiObject> {
  const at = locationOf(request);
  const pod = structuredClone(api.get(PODS, at));
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
