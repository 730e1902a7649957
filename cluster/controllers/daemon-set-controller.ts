import type { Controller, ControllerContext } from "./controller.js";
import { ensureRevision } from "./controller-revisions.js";
import { writesOf } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { misfit } from "./node-fit.js";
import { keyOf, locationOfKey, nameOf } from "./object-keys.js";
import type { DaemonSet, Pod } from "./object-kinds.js";
import { claimOwned, controllerKey } from "./owner-references.js";
import { PlacedPods } from "./placed-pods.js";
import type { PodControl } from "./pod-control.js";
import { createPod, deletePod } from "./pod-control.js";
import { availableInMs, isActivePod, isReadyPod } from "./pod-state.js";
import { daemonSets, nodes, pods, statusOf } from "./resource-refs.js";

const NAME = "daemonset-controller";
const REVISION_LABEL = "controller-revision-hash";
const NODE_CONDITIONS = ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"];

/** Keeps one pod on every node it fits. */
export function createDaemonSetController(context: ControllerContext): Controller {
  const { api } = context;
  const control: PodControl = { api, recorder: context.recorder(NAME), writes: writesOf(NAME) };
  return {
    name: NAME,
    watch: (queue) => [
      api.watch(daemonSets, ({ object }) => queue.add(keyOf(object))),
      api.watch(nodes, () => {
        for (const set of api.list(daemonSets)) queue.add(keyOf(set));
      }),
      api.watch(pods, ({ object }) => {
        const key = controllerKey(object, "DaemonSet");
        if (key !== undefined) queue.add(key);
      }),
    ],
    reconcile: async (key) => {
      const set = api.find(daemonSets, locationOfKey(key)) as DaemonSet | undefined;
      if (set !== undefined && set.metadata.deletionTimestamp === undefined)
        await syncDaemonSet(context, control, set);
    },
  };
}

async function syncDaemonSet(context: ControllerContext, control: PodControl, set: DaemonSet): Promise<void> {
  const { api, writes } = control;
  const owned = (await claimOwned({
    api,
    ref: pods,
    owner: set,
    selector: set.spec.selector,
    writes,
  })) as Pod[];
  const hash = await ensureRevision(api, set, writes);
  const fitting = api
    .list(nodes)
    .filter((node) => misfit(probe(set, nameOf(node)), node, new PlacedPods()) === undefined);
  const active = owned.filter(isActivePod);
  const names = new Set(fitting.map(nameOf));
  for (const pod of owned) {
    const { phase } = pod.status ?? {};
    const isWanted = names.has(targetOf(pod)) && phase !== "Succeeded" && phase !== "Failed";
    if (!isWanted && pod.metadata.deletionTimestamp === undefined) await deletePod(control, set, pod);
  }
  for (const name of names) {
    if (owned.some((pod) => targetOf(pod) === name)) continue;
    const labels = { [REVISION_LABEL]: hash, "pod-template-generation": "1" };
    await createPod(control, set, set.spec.template, { labels, spec: pinnedTo(set, name) });
  }
  const outdated = active.find(({ metadata }) => metadata.labels?.[REVISION_LABEL] !== hash);
  const isRolling = set.spec.updateStrategy?.type !== "OnDelete";
  if (outdated !== undefined && isRolling && active.every(isReadyPod))
    await deletePod(control, set, outdated);
  await writeStatus(context, control, set, { active, hash, desired: names.size });
}

/** The node a pod is for, by its affinity; it may not have got there yet. */
function targetOf(pod: Pod): string {
  const affinity = pod.spec["affinity"] as ReturnType<typeof affinityTo> | undefined;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
  return terms?.[0]?.matchFields[0]?.values[0] ?? pod.spec.nodeName ?? "";
}

function affinityTo(node: string) {
  const nodeSelectorTerms = [{ matchFields: [{ key: "metadata.name", operator: "In", values: [node] }] }];
  return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } };
}

function pinnedTo(set: DaemonSet, node: string): Record<string, unknown> {
  const { affinity, tolerations } = set.spec.template.spec;
  const unreachable = ["not-ready", "unreachable"].map((name) => tolerationOf(name, "NoExecute"));
  const pressure = NODE_CONDITIONS.map((name) => tolerationOf(name, "NoSchedule"));
  return {
    affinity: { ...(affinity as object | undefined), ...affinityTo(node) },
    tolerations: [...((tolerations ?? []) as object[]), ...unreachable, ...pressure],
  };
}

function tolerationOf(name: string, effect: string): Record<string, string> {
  return { key: `node.kubernetes.io/${name}`, operator: "Exists", effect };
}

/** A pod as it would be on the node, to see whether it fits; cordoned nodes keep their daemons. */
function probe(set: DaemonSet, node: string): Pod {
  const spec = { ...set.spec.template.spec, ...pinnedTo(set, node) };
  return { apiVersion: "v1", kind: "Pod", metadata: {}, spec };
}

async function writeStatus(
  { clock }: ControllerContext,
  { api, writes }: PodControl,
  set: DaemonSet,
  { active, hash, desired }: { active: Pod[]; hash: string; desired: number },
): Promise<void> {
  const { minReadySeconds = 0 } = set.spec;
  const available = active.filter((pod) => availableInMs(pod, minReadySeconds, clock.now()) === 0).length;
  const updated = active.filter(({ metadata }) => metadata.labels?.[REVISION_LABEL] === hash).length;
  const counts = {
    updatedNumberScheduled: updated,
    numberAvailable: available,
    numberUnavailable: Math.max(0, desired - available),
  };
  const status = {
    currentNumberScheduled: Math.min(active.length, desired),
    numberMisscheduled: 0,
    desiredNumberScheduled: desired,
    numberReady: active.filter(isReadyPod).length,
    observedGeneration: set.metadata.generation ?? 1,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
  if (isSameJson(status, set.status)) return;
  await api.update(statusOf(daemonSets), { ...structuredClone(set), status }, writes);
}
