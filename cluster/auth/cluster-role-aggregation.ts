import { isDeepStrictEqual } from "node:util";

import type { ApiObject, ResourceRef } from "../api/object.js";
import type { ApiService, UserInfo } from "../api/service.js";
import { StatusError } from "../api/status.js";
import { systemClock } from "../controllers/clock.js";
import { WorkQueue } from "../controllers/work-queue.js";
import type { Failures } from "../failures.js";
import { type LabelMatcher, labelSelectorMatcher } from "../selector/label-selector.js";
import type { PolicyRule } from "./rbac-rule.js";

const CLUSTER_ROLES: ResourceRef = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  resource: "clusterroles",
};

const CONTROLLER: UserInfo = {
  name: "system:serviceaccount:kube-system:clusterrole-aggregation-controller",
  // Aggregation hands out what others were allowed to write, so it must be free of the guard against escalation.
  groups: ["system:masters", "system:authenticated"],
};

/**
 * Keeps the `rules` of every ClusterRole with an `aggregationRule` equal to the union of the roles it selects.
 * `settle` resolves when all of them are; `close` stops following changes.
 */
export function startClusterRoleAggregation(
  api: ApiService,
  failures: Failures,
): { settle(): Promise<void>; close(): void } {
  const queue = new WorkQueue({
    clock: systemClock,
    work: () => aggregateAll(api),
    onFailure: (_key, error) => failures.report("aggregating cluster roles", error),
  });
  const selectors = new Map<string, LabelMatcher[]>();
  const stop = api.watch(CLUSTER_ROLES, ({ type, object, previous }) => {
    const { name = "" } = object.metadata;
    const own = type === "DELETED" ? [] : selectorsOf(object).map(labelSelectorMatcher);
    const isUnion = own.length > 0;
    if (isUnion) selectors.set(name, own);
    else selectors.delete(name);
    // One key: many roles written at once are looked at once. Most roles are part of no other, and each session has one.
    if (isUnion || isPartOfAny([object, previous], selectors)) queue.add("all");
  });
  return {
    settle: () => aggregateAll(api),
    close: () => {
      stop();
      failures.follow("aggregating cluster roles", queue.stop());
    },
  };
}

/** Whether one of the roles is, or was, selected by a role that is a union of others. */
function isPartOfAny(
  roles: (ApiObject | undefined)[],
  selectors: ReadonlyMap<string, LabelMatcher[]>,
): boolean {
  const labels = roles.flatMap((role) => (role?.metadata.labels ? [role.metadata.labels] : []));
  return [...selectors.values()].flat().some((isSelected) => labels.some(isSelected));
}

/** Roles may aggregate aggregated roles (`admin` selects `edit` selects `view`), hence the repetition. */
async function aggregateAll(api: ApiService): Promise<void> {
  const MAX_DEPTH = 8;
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const roles = api.list(CLUSTER_ROLES).toSorted((a, b) => compare(a.metadata.name, b.metadata.name));
    const outdated = roles.filter((role) => isOutdated(role, roles));
    if (outdated.length === 0) return;
    for (const role of outdated) await write(api, { ...role, rules: unionFor(role, roles) });
  }
}

function isOutdated(role: ApiObject, roles: ApiObject[]): boolean {
  return (
    selectorsOf(role).length > 0 &&
    !isDeepStrictEqual(plain(role["rules"] ?? []), plain(unionFor(role, roles)))
  );
}

function unionFor(role: ApiObject, roles: ApiObject[]): PolicyRule[] {
  const rules: PolicyRule[] = [];
  const seen = new Set<string>();
  for (const selector of selectorsOf(role)) {
    const isSelected = labelSelectorMatcher(selector);
    for (const other of roles) {
      if (other.metadata.name === role.metadata.name || !isSelected(other.metadata.labels)) continue;
      for (const rule of (other["rules"] as PolicyRule[] | null | undefined) ?? []) {
        const key = JSON.stringify(rule);
        if (!seen.has(key)) rules.push(rule);
        seen.add(key);
      }
    }
  }
  return rules;
}

function selectorsOf(role: ApiObject): Parameters<typeof labelSelectorMatcher>[0][] {
  const rule = role["aggregationRule"] as { clusterRoleSelectors?: object[] } | null | undefined;
  return rule?.clusterRoleSelectors ?? [];
}

async function write(api: ApiService, role: ApiObject): Promise<void> {
  try {
    await api.update(CLUSTER_ROLES, role, {
      user: CONTROLLER,
      fieldManager: "clusterrole-aggregation-controller",
    });
  } catch (error) {
    // The role changed or went meanwhile: its own event brings us back.
    if (!(error instanceof StatusError && (error.code === 409 || error.code === 404))) throw error;
  }
}

function compare(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
