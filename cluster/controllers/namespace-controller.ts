import type { ApiObject } from "../api/object.js";
import type { ApiService, WriteOptions } from "../api/service.js";
import { withCondition } from "./conditions.js";
import { timestampOf } from "./clock.js";
import type { Controller, ControllerContext } from "./controller.js";
import { writesOf } from "./controller-user.js";
import type { Inventory } from "./inventory.js";
import { isSameJson } from "./json-equality.js";
import { locationOfObject, nameOf } from "./object-keys.js";
import type { Condition, Namespace } from "./object-kinds.js";
import { isNotFound, messageOf } from "./pod-control.js";
import { namespaces, statusOf } from "./resource-refs.js";

const NAME = "namespace-controller";
const FINALIZER = "kubernetes";

/** Empties a namespace that is being deleted, says what still holds it, and lets it go when nothing does. */
export function createNamespaceController(context: ControllerContext, inventory: Inventory): Controller {
  const { api } = context;
  const writes = writesOf(NAME);
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(namespaces, ({ object }) => queue.add(nameOf(object))),
      inventory.subscribe(({ type, object }) => {
        const { namespace } = object.metadata;
        if (namespace === undefined || type === "MODIFIED") return;
        const owner = api.find(namespaces, { name: namespace });
        if (owner?.metadata.deletionTimestamp !== undefined) queue.add(namespace);
      }),
    ],
    reconcile: async (name) => {
      const namespace: Namespace | undefined = api.find(namespaces, { name });
      if (namespace?.metadata.deletionTimestamp === undefined) return;
      if (namespace.spec?.finalizers?.includes(FINALIZER) !== true) return;
      const failures = await deleteContent(api, inventory, name, writes);
      const remaining = contentOf(api, inventory, name);
      await report(context, namespace, conditionsFor(failures, remaining), writes);
      if (failures.length > 0) throw failures[0]?.error;
      if (remaining.length === 0) await finalize(api, name, writes);
    },
  };
}

interface Failure {
  error: unknown;
}

async function deleteContent(
  api: ApiService,
  inventory: Inventory,
  name: string,
  writes: WriteOptions,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const { resource, objects } of contentOf(api, inventory, name)) {
    for (const object of objects) {
      if (object.metadata.deletionTimestamp !== undefined) continue;
      try {
        await api.delete(resource.ref, locationOfObject(object), {
          ...writes,
          propagationPolicy: "Background",
        });
      } catch (error) {
        if (!isNotFound(error)) failures.push({ error });
      }
    }
  }
  return failures;
}

function contentOf(api: ApiService, inventory: Inventory, namespace: string) {
  return inventory
    .resources()
    .filter(({ namespaced }) => namespaced)
    .map((resource) => ({ resource, objects: api.list(resource.ref, { namespace }) }))
    .filter(({ objects }) => objects.length > 0);
}

type Content = ReturnType<typeof contentOf>;

function conditionsFor(failures: Failure[], remaining: Content): Omit<Condition, "lastTransitionTime">[] {
  const kinds = remaining.map(
    ({ resource, objects }) =>
      `${resource.ref.resource}.${resource.ref.group} has ${objects.length} resource instances`,
  );
  const finalizers = finalizersOf(remaining.flatMap(({ objects }) => objects));
  return [
    condition("NamespaceDeletionDiscoveryFailure", false, [
      "ResourcesDiscovered",
      "All resources successfully discovered",
    ]),
    condition("NamespaceDeletionGroupVersionParsingFailure", false, [
      "ParsedGroupVersions",
      "All legacy kube types successfully parsed",
    ]),
    failures.length > 0
      ? condition("NamespaceDeletionContentFailure", true, [
          "ContentDeletionFailed",
          `Failed to delete all resource types, ${failures.length} remaining: ${failures.map(({ error }) => messageOf(error)).join(", ")}`,
        ])
      : condition("NamespaceDeletionContentFailure", false, [
          "ContentDeleted",
          "All content successfully deleted, may be waiting on finalization",
        ]),
    kinds.length > 0
      ? condition("NamespaceContentRemaining", true, [
          "SomeResourcesRemain",
          `Some resources are remaining: ${kinds.join(", ")}`,
        ])
      : condition("NamespaceContentRemaining", false, ["ContentRemoved", "All content successfully removed"]),
    finalizers.length > 0
      ? condition("NamespaceFinalizersRemaining", true, [
          "SomeFinalizersRemain",
          `Some content in the namespace has finalizers remaining: ${finalizers.join(", ")}`,
        ])
      : condition("NamespaceFinalizersRemaining", false, [
          "ContentHasNoFinalizers",
          "All content-preserving finalizers finished",
        ]),
  ];
}

function finalizersOf(objects: ApiObject[]): string[] {
  const counts = new Map<string, number>();
  for (const finalizer of objects.flatMap((object) => object.metadata.finalizers ?? [])) {
    counts.set(finalizer, (counts.get(finalizer) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
}

function condition(
  type: string,
  isTrue: boolean,
  [reason, message]: [string, string],
): Omit<Condition, "lastTransitionTime"> {
  return { type, status: isTrue ? "True" : "False", reason, message };
}

async function report(
  { api, clock }: ControllerContext,
  namespace: Namespace,
  conditions: Omit<Condition, "lastTransitionTime">[],
  writes: WriteOptions,
): Promise<void> {
  const lastTransitionTime = timestampOf(clock.now());
  let next = namespace.status?.conditions ?? [];
  for (const wanted of conditions) {
    next = withCondition(next, { ...wanted, lastTransitionTime });
    next = next.map((known) =>
      known.type === wanted.type ? { ...known, message: wanted.message ?? "" } : known,
    );
  }
  const status = { ...namespace.status, conditions: next };
  if (isSameJson(status, namespace.status)) return;
  await api.update(statusOf(namespaces), { ...structuredClone(namespace), status }, writes);
}

async function finalize(api: ApiService, name: string, writes: WriteOptions): Promise<void> {
  const namespace: Namespace | undefined = api.find(namespaces, { name });
  if (namespace === undefined) return;
  const next = structuredClone(namespace);
  next.spec = {
    ...next.spec,
    finalizers: (next.spec?.finalizers ?? []).filter((entry) => entry !== FINALIZER),
  };
  await api.update({ ...namespaces, subresource: "finalize" }, next, writes);
}
