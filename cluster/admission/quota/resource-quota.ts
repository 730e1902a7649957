import type { ApiObject } from "../../api/object.js";
import type { ApiService } from "../../api/service.js";
import type { Failures } from "../../failures.js";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.js";
import type { Container } from "../pod-resources.js";
import { containersOf, podSpecOf, resourcesOf } from "../pod-resources.js";
import { addQuantities } from "../../schema/quantity.js";
import { refuse } from "../refusal.js";
import type { ResourceList } from "../resource-list.js";
import { describeList, resourceList } from "../resource-list.js";
import { QuotaLedger, quotaSpec } from "./quota-ledger.js";
import { isInScope } from "./quota-scopes.js";
import { QUOTAS, QuotaStatusKeeper, locationOf, writeQuotaStatus } from "./quota-status.js";
import { computeUsage, objectUsage } from "./quota-usage.js";

/** Amounts every container must state where a quota names them. */
const MUST_BE_STATED = new Set([
  "cpu",
  "memory",
  "requests.cpu",
  "requests.memory",
  "limits.cpu",
  "limits.memory",
]);

/** Refuses what would exceed a ResourceQuota of the namespace and brings the quota's status up to date with what it lets through. */
export function createResourceQuota({
  api,
  failures,
  signal,
}: {
  api: ApiService;
  failures: Failures;
  signal?: AbortSignal | undefined;
}): AdmissionPlugin {
  const ledger = new QuotaLedger(api);
  let keeper: QuotaStatusKeeper | undefined;
  const start = (): QuotaStatusKeeper => {
    const started = new QuotaStatusKeeper(api, ledger, failures);
    signal?.addEventListener("abort", () => started.close(), { once: true });
    return started;
  };
  return {
    name: "ResourceQuota",
    async validate(request) {
      keeper ??= start();
      const { namespace, object, resource } = request;
      if (namespace === "" || !object || !isCounted(request)) return;
      const quotas = api
        .list(QUOTAS, { namespace })
        .filter((quota) => isInScope(quotaSpec(quota), resource, object));
      const charged = quotas.filter((quota) => charge(ledger, quota, request, object));
      if (request.dryRun || charged.length === 0) return;
      if (request.operation === "CREATE") ledger.reserve(resource, namespace, object);
      // Should the write fail after all, what was counted for it is given back.
      keeper.scheduleAfterReservation(namespace);
      await Promise.all(charged.map((quota) => writeQuotaStatus(api, ledger, locationOf(quota))));
    },
  };
}

/** Creations of anything, and updates that can change what is used. */
function isCounted({ operation, resource }: AdmissionRequest): boolean {
  if (resource.subresource || resource.resource === "events") return false;
  if (operation === "CREATE") return true;
  const grows = resource.resource === "services" || resource.resource === "persistentvolumeclaims";
  return operation === "UPDATE" && resource.group === "" && grows;
}

/** Throws where `quota` does not allow the write; tells whether it changes what is used. */
function charge(
  ledger: QuotaLedger,
  quota: ApiObject,
  request: AdmissionRequest,
  object: ApiObject,
): boolean {
  const hard = resourceList(quotaSpec(quota).hard);
  const { resource, oldObject } = request;
  const name = quota.metadata.name ?? "";
  if (resource.group === "" && resource.resource === "pods") {
    const missing = unstated(object, [...hard.keys()]);
    if (missing !== "") throw refuse(request, `failed quota: ${name}: must specify ${missing}`);
  }
  const usage = objectUsage(resource, object, Date.now());
  const previous = oldObject ? objectUsage(resource, oldObject, Date.now()) : new Map<string, never>();
  const requested = grownBy(usage, previous, hard);
  if (requested.size === 0) return false;
  const used = ledger.used(quota);
  const exceeded = [...requested.keys()].filter((key) => {
    const limit = hard.get(key);
    const [now, more] = [used.get(key), requested.get(key)];
    return limit && now && more && addQuantities(now, more).nano > limit.nano;
  });
  if (exceeded.length === 0) return true;
  const only = (list: ResourceList): string =>
    describeList(new Map([...list].filter(([key]) => exceeded.includes(key))));
  throw refuse(
    request,
    `exceeded quota: ${name}, requested: ${only(requested)}, used: ${only(used)}, limited: ${only(hard)}`,
  );
}

/** What the write adds to amounts the quota limits. */
function grownBy(usage: ResourceList, previous: ResourceList, hard: ResourceList): ResourceList {
  const grown: ResourceList = new Map();
  for (const [name, quantity] of usage) {
    const nano = quantity.nano - (previous.get(name)?.nano ?? 0n);
    if (hard.has(name) && nano > 0n) grown.set(name, { ...quantity, nano });
  }
  return grown;
}

/** `limits.cpu for: a,b; limits.memory for: a`, or "" where every container states what the quota limits. */
function unstated(pod: ApiObject, limited: string[]): string {
  const required = limited.filter((name) => MUST_BE_STATED.has(name)).toSorted();
  const spec = podSpecOf(pod);
  if (Object.keys(spec.resources ?? {}).length > 0) return "";
  return required
    .map((name) => [name, containersOf(spec).filter((container) => !states(container, name))] as const)
    .filter(([, containers]) => containers.length > 0)
    .map(([name, containers]) => `${name} for: ${namesOf(containers).join(",")}`)
    .join("; ");
}

function namesOf(containers: Container[]): string[] {
  return containers.map(({ name }) => name ?? "").toSorted();
}

function states(container: Container, name: string): boolean {
  return computeUsage(resourcesOf(container, "requests"), resourcesOf(container, "limits")).has(name);
}
