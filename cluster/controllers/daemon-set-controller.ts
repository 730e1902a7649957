import type { Controller, ControllerContext } from "./controller.js";
import { ensureRevision } from "./controller-revisions.js";
import { writesOf } from "./controller-user.js";
import { isSameJson } from "./json-equality.js";
import { daemonPlace } from "./node-fit.js";
import { keyOf, locationOfKey, nameOf, namespaceOf } from "./object-keys.js";
import type { DaemonSet, Pod } from "./object-kinds.js";
import { claimOwned, controllerKey } from "./owner-references.js";
import type { PodControl } from "./pod-control.js";
import { createPod, deletePod } from "./pod-control.js";
import { availableInMs, isActivePod, isReadyPod } from "./pod-state.js";
import { daemonSets, nodes, pods, statusOf } from "./resource-refs.js";

const NAME = "daemonset-controller";
const REVISION_LABEL = "controller-revision-hash";
const NODE_CONDITIONS = ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"];

/** Keeps one pod on every node it is for. */
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
    reconcile: async (key, queue) => {
      const set = api.find(daemonSets, locationOfKey(key)) as DaemonSet | undefined;
      if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
      const owned = await syncDaemonSet(context, control, set);
      // A daemon becomes available by time alone.
      const waits = owned.map(
        (pod) => availableInMs(pod, set.spec.minReadySeconds ?? 0, context.clock.now()) ?? 0,
      );
      const soonest = Math.min(...waits.filter((ms) => ms > 0));
      if (Number.isFinite(soonest)) queue.addAfter(key, soonest);
    },
  };
}

async function syncDaemonSet(
  context: ControllerContext,
  control: PodControl,
  set: DaemonSet,
): Promise<Pod[]> {
  const { api, writes } = control;
  const owned = (await claimOwned({
    api,
    ref: pods,
    owner: set,
    selector: set.spec.selector,
    writes,
  })) as Pod[];
  const hash = await ensureRevision(api, set, writes);
  const places = api.list(nodes).map((node) => {
    const name = nameOf(node);
    return {
      name,
      ...daemonPlace(probe(set, name), node),
      pods: owned.filter((pod) => targetOf(pod) === name),
    };
  });
  try {
    await placeDaemons(context, control, { set, owned, places, hash });
  } finally {
    // Also where a pod was refused: the status says what is missing.
    await writeStatus(context, control, set, { places, hash });
  }
  return owned;
}

/** A node and what of the set is for it. */
interface Place {
  name: string;
  isWanted: boolean;
  mayStay: boolean;
  pods: Pod[];
}

async function placeDaemons(
  context: ControllerContext,
  control: PodControl,
  { set, owned, places, hash }: { set: DaemonSet; owned: Pod[]; places: Place[]; hash: string },
): Promise<void> {
  const kept = new Set(places.filter(({ mayStay }) => mayStay).map(({ name }) => name));
  for (const pod of owned) {
    if (kept.has(targetOf(pod)) && !hasEnded(pod)) continue;
    if (pod.metadata.deletionTimestamp === undefined) await removeDaemon(control, set, pod);
  }
  for (const { name, isWanted, pods: here } of places) {
    if (!isWanted || here.length > 0) continue;
    const labels = { [REVISION_LABEL]: hash, "pod-template-generation": "1" };
    await createPod(control, set, set.spec.template, { labels, spec: pinnedTo(set, name) });
  }
  if (set.spec.updateStrategy?.type === "OnDelete") return;
  for (const pod of outdated(context, set, { places, hash })) await deletePod(control, set, pod);
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** Says first, where the daemon ended by itself, that it did. */
async function removeDaemon(control: PodControl, set: DaemonSet, pod: Pod): Promise<void> {
  const phase = pod.status?.phase;
  if (phase === "Failed" || phase === "Succeeded") {
    const where = `${namespaceOf(pod)}/${nameOf(pod)} on node ${targetOf(pod)}`;
    const hasFailed = phase === "Failed";
    control.recorder.record(set, {
      type: hasFailed ? "Warning" : "Normal",
      reason: `${phase}DaemonPod`,
      message: `Found ${hasFailed ? "failed" : "succeeded"} daemon pod ${where}, will try to ${hasFailed ? "kill" : "delete"} it`,
    });
  }
  await deletePod(control, set, pod);
}

/** The pods of an old template whose turn it is: those that serve nobody, and others while few enough are unavailable. */
function outdated(
  { clock }: ControllerContext,
  set: DaemonSet,
  { places, hash }: { places: Place[]; hash: string },
): Pod[] {
  const wanted = places.filter(({ isWanted }) => isWanted);
  const useless: Pod[] = [];
  const serving: Pod[] = [];
  let unavailable = 0;
  for (const { pods: here } of wanted) {
    const [pod, ...others] = here.filter(isActivePod);
    if (pod === undefined || others.length > 0) {
      unavailable += 1;
      continue;
    }
    const isOld = pod.metadata.labels?.[REVISION_LABEL] !== hash;
    const isAvailable = availableInMs(pod, set.spec.minReadySeconds ?? 0, clock.now()) === 0;
    if (!isAvailable) unavailable += 1;
    if (isOld) (isAvailable ? serving : useless).push(pod);
  }
  const spare = Math.max(0, maxUnavailable(set, wanted.length) - unavailable);
  return [...useless, ...serving.slice(0, spare)];
}

/** Percentages of the nodes round up. */
function maxUnavailable({ spec }: DaemonSet, total: number): number {
  const value = spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  return typeof value === "number" ? value : Math.ceil((Number.parseFloat(value) / 100) * total);
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
  { places, hash }: { places: Place[]; hash: string },
): Promise<void> {
  const { minReadySeconds = 0 } = set.spec;
  const wanted = places.filter(({ isWanted }) => isWanted);
  // The oldest counts where there are several on a node.
  const counted = wanted.flatMap(({ pods: here }) => here.toSorted(byAge).slice(0, 1));
  const ready = counted.filter(isReadyPod);
  const available = ready.filter((pod) => availableInMs(pod, minReadySeconds, clock.now()) === 0).length;
  const updated = counted.filter(({ metadata }) => metadata.labels?.[REVISION_LABEL] === hash).length;
  const counts = {
    updatedNumberScheduled: updated,
    numberAvailable: available,
    numberUnavailable: wanted.length - available,
  };
  const status = {
    currentNumberScheduled: counted.length,
    numberMisscheduled: places.filter(({ isWanted, pods: here }) => !isWanted && here.length > 0).length,
    desiredNumberScheduled: wanted.length,
    numberReady: ready.length,
    observedGeneration: set.metadata.generation ?? 1,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
  };
  if (isSameJson(status, set.status)) return;
  await api.update(statusOf(daemonSets), { ...structuredClone(set), status }, writes);
}

function byAge(one: Pod, other: Pod): number {
  return (one.metadata.creationTimestamp ?? "").localeCompare(other.metadata.creationTimestamp ?? "");
}
